import { describe, expect, it } from "vitest";
import { cli } from "./cli";
import { diffLines } from "./diff";
import { printable } from "../i18n/printable";
import { shownName } from "../pages/s3/paths";
import { jsonLines } from "./json";
import { existingTags, tagChanges, tagPairs } from "./tags";

describe("a command", () => {
  it("spells options as the CLI does, quotes what a shell would change, and leaves out what is absent", () => {
    const command = cli("cloudtrail", "create-trail", {
      name: "a",
      s3BucketName: "b",
      isMultiRegionTrail: true,
      enableLogFileValidation: false,
      kmsKeyId: undefined,
      tagsList: [{ Key: "it's" }],
    });
    expect(command.replaceAll(" \\\n ", "")).toBe(
      `aws cloudtrail create-trail --name a --s3-bucket-name b --is-multi-region-trail --no-enable-log-file-validation --tags-list '[{"Key":"it'\\''s"}]'`,
    );
  });
});

describe("a diff", () => {
  it("marks what was added, removed and kept", () => {
    expect(diffLines("a\nb\nc", "a\nx\nc").map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "same a",
      "removed b",
      "added x",
      "same c",
    ]);
  });

  it("of nothing to something adds every line", () => {
    expect(diffLines("", "a\nb").every(({ kind }) => kind === "added")).toBe(true);
  });
});

describe("an untrusted text", () => {
  const hostile = "a\u202egpj.exe\u001b[2J\u009b\u2066b\u007f";

  it("is shown without what turns or moves it, and the rest as it is", () => {
    expect(printable(hostile)).toBe("a\\u{202e}gpj.exe\\u{1b}[2J\\u{9b}\\u{2066}b\\u{7f}");
    expect(printable("監査 \\n é\n\t")).toBe("監査 \\n é\n\t");
    expect(shownName(`logs/${hostile}`)).toBe(printable(hostile));
    expect(shownName("logs/\n/x\u202e")).toBe("x\\u{202e}");
  });

  it("is the same value as JSON", () => {
    const text = jsonLines({ [hostile]: hostile })
      .map(({ pieces }) => pieces.map((piece) => piece.text).join(""))
      .join("");
    expect(text).toBe(printable(text));
    expect(JSON.parse(text)).toEqual({ [hostile]: hostile });
  });
});

describe("a JSON view", () => {
  const value = { a: [1, { "b-c": null }], d: {}, e: "x" };

  it("has the lines of JSON.stringify", () => {
    const text = jsonLines(value).map(({ pieces }) => pieces.map((piece) => piece.text).join(""));
    expect(text.join("\n")).toBe(JSON.stringify(value, null, 2));
  });

  it("has the path of each line", () => {
    expect(jsonLines(value).map(({ path }) => path)).toContain('$.a[1]["b-c"]');
  });
});

describe("tags", () => {
  it("change by what to set and what to remove", () => {
    const before = [
      { key: "a", value: "1" },
      { key: "b", value: "2" },
      { key: "c", value: "3" },
    ];
    const edited = existingTags(before).map((tag) =>
      tag.key === "a" ? { ...tag, value: "9" } : tag.key === "b" ? { ...tag, markedForRemoval: true } : tag,
    );
    expect(tagChanges(before, tagPairs(edited))).toEqual({ set: [{ key: "a", value: "9" }], remove: ["b"] });
  });
});
