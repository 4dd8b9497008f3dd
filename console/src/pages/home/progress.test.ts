import { describe, expect, it, vi } from "vitest";
import { best, trailFinding } from "./progress";

// What links to a trail asks the browser for its preferences; there is none here.
vi.mock("../cloudtrail/trails", () => ({ trailHref: (name: string) => name }));

describe("a step of getting started", () => {
  it("is as far as the best of what there is", () => {
    const attention = { state: "attention", note: "home.step.key.statement" } as const;
    expect(best([])).toEqual({ state: "todo" });
    expect(best([attention, { state: "done" }])).toEqual({ state: "done" });
    expect(best([{ state: "unknown" }, attention])).toEqual(attention);
  });

  it("with a trail is done only while it records and delivers", () => {
    expect(trailFinding(undefined).state).toBe("todo");
    expect(trailFinding({ IsLogging: false }).note).toBe("home.step.trail.off");
    expect(trailFinding({ IsLogging: true, LatestDeliveryError: "AccessDenied" }).note).toBe("home.step.trail.refused");
    expect(trailFinding({ IsLogging: true }).state).toBe("done");
  });
});
