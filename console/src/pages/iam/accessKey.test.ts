import { describe, expect, it } from "vitest";
import { csv, csvName, isDescription, profile } from "./accessKey";

const made = { UserName: "kuma", AccessKeyId: "AKIA1", SecretAccessKey: "a/b+c", Status: "Active" } as const;

describe("an access key", () => {
  it("is written into a file of two columns that bears the user's name", () => {
    expect(csv(made)).toBe("Access key ID,Secret access key\nAKIA1,a/b+c\n");
    expect(csvName("kuma")).toBe("kuma_accessKeys.csv");
    expect(csvName(undefined)).toBe("rootkey.csv");
  });

  it("is described by what a tag may hold", () => {
    expect(["", "森の CLI: kuma@den/1", "x".repeat(256)].map(isDescription)).toEqual([true, true, true]);
    expect(["a;b", "<b>", "x".repeat(257)].map(isDescription)).toEqual([false, false, false]);
  });

  it("is used through a profile that finds the server", () => {
    expect(profile("kuma", "ap-northeast-1", "http://den:4566")).toBe(
      "[profile kuma]\nregion = ap-northeast-1\nendpoint_url = http://den:4566\n",
    );
  });
});
