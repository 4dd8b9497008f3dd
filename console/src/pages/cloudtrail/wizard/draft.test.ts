import { describe, expect, it } from "vitest";
import { attributeProblems, eventsOf, eventProblems, hasProblem, location, nameProblem, newDraft, selectorsOf } from "./draft";

const draft = newDraft("123456789012");

describe("a trail's name", () => {
  it.each([
    ["mori-cloudtrail-management-event", undefined],
    ["abc", undefined],
    ["", "common.required"],
    ["ab", "trail.problem.nameLength"],
    ["a".repeat(129), "trail.problem.nameLength"],
    ["a b c", "trail.problem.nameCharacters"],
    ["証跡の名前", "trail.problem.nameCharacters"],
    ["-abc", "trail.problem.nameEnds"],
    ["abc.", "trail.problem.nameEnds"],
    ["a..b", "trail.problem.nameAdjacent"],
    ["a-_b", "trail.problem.nameAdjacent"],
    ["192.168.5.4", "trail.problem.nameAddress"],
  ])("%j has the problem %j", (name, problem) => expect(nameProblem(name)).toBe(problem));
});

describe("a draft", () => {
  it("begins with the AWS console's defaults", () => {
    expect(draft).toMatchObject({ storage: "new", encrypt: true, keyKind: "new", validation: true });
    expect(draft.bucket).toMatch(/^aws-cloudtrail-logs-123456789012-[0-9a-f]{8}$/);
    expect(selectorsOf(draft)).toEqual([
      { ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
    ]);
  });

  it("needs a key when log files are to be encrypted, and none when they are not", () => {
    const existing = { ...draft, name: "abc", keyKind: "existing" as const };
    expect(attributeProblems(existing).key).toBe("common.required");
    expect(hasProblem(attributeProblems({ ...existing, encrypt: false }))).toBe(false);
  });

  it("takes the alias of the article, slash and all", () => {
    expect(attributeProblems({ ...draft, newAlias: "/mori/kms" }).newAlias).toBeUndefined();
    expect(attributeProblems({ ...draft, newAlias: "aws/mine" }).newAlias).toBe("trail.problem.alias");
  });

  it("must record something", () => {
    expect(eventProblems({ ...draft, management: false }).events).toBe("trail.problem.noEvents");
    expect(eventProblems({ ...draft, read: false, write: false }).api).toBe("trail.problem.noApi");
  });

  it("comes back from its selectors as it went", () => {
    const events = {
      management: true,
      read: false,
      write: true,
      excludeKms: true,
      excludeRds: false,
      data: true,
      dataRead: true,
      dataWrite: false,
      dataArns: ["arn:aws:s3:::bucket/prefix"],
    };
    expect(eventsOf(selectorsOf({ ...draft, ...events }))).toEqual(events);
  });

  it("shows where its log files go", () => {
    expect(location({ bucket: "b", prefix: "p" }, "1")).toBe("b/p/AWSLogs/1");
    expect(location({ bucket: "b", prefix: "" }, "1")).toBe("b/AWSLogs/1");
  });
});
