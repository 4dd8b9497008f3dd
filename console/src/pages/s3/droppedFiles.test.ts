import { describe, expect, it } from "vitest";
import { droppedFiles } from "./droppedFiles";

const file = (name: string) => ({ name }) as File;
const fileEntry = (name: string) => ({ name, isFile: true, file: (done: (one: File) => void) => done(file(name)) });
const folder = (name: string, ...entries: object[]) => ({
  name,
  isFile: false,
  // As browsers do: in pieces, and an empty one at the end.
  createReader: () => {
    const left = [...entries];
    return { readEntries: (done: (some: object[]) => void) => done(left.splice(0, 2)) };
  },
});
const dropped = (...entries: object[]) =>
  droppedFiles({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files: [] } as unknown as DataTransfer);

describe("what is dropped", () => {
  it("keeps the folders that it lies in, however many files there are", async () => {
    const deep = folder("b", fileEntry("4"), folder("empty"), fileEntry("5"));
    const names = (await dropped(fileEntry("0"), folder("a", fileEntry("1"), fileEntry("2"), fileEntry("3"), deep))).map(({ name }) => name);
    expect(names).toEqual(["0", "a/1", "a/2", "a/3", "a/b/4", "a/b/5"]);
  });
});
