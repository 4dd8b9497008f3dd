import { describe, expect, it } from "vitest";
import { jsonFault } from "./jsonFault";

describe("the first fault of a text", () => {
  it.each([
    ["", "end", 1, 1],
    ['{\n  "a": 1,\n}', "comma", 2, 9],
    ["[1, 2,]", "comma", 1, 6],
    ['{\n  "a" 1\n}', "colon", 2, 7],
    ['{\n  a: 1\n}', "key", 2, 3],
    ['{"a": "b\n"}', "string", 1, 7],
    ['{"a": \'b\'}', "value", 1, 7],
    ['{"a": 1 "b": 2}', "separator", 1, 9],
    ['{"a": [1', "end", 1, 9],
    ["{} {}", "rest", 1, 4],
    ['{"a": 01}', "separator", 1, 8],
    ['{"a": "\\x"}', "string", 1, 7],
  ])("%j is %s at %i:%i", (text, kind, line, column) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonFault(text)).toMatchObject({ kind, line, column });
  });

  it.each(["{}", "[]", "1", '"a"', "null", ' {"a": [1, -2.5e3, true, {"b": "\\u3042\\n"}]} \n'])("%j has none", (text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(jsonFault(text)).toBeUndefined();
  });

  it("ends for a text that is nested deeply", () => {
    expect(jsonFault("[".repeat(100_000))).toBeDefined();
  });
});
