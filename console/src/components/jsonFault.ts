// Where and why a text is no JSON, in words of ours: browsers word it each in their own way, in
// English, and some without a place.

export type FaultKind = "end" | "string" | "comma" | "colon" | "value" | "key" | "separator" | "rest";

export interface JsonFault {
  kind: FaultKind;
  /** Counted from one. */
  line: number;
  column: number;
  /** The character that is not expected; empty at the end. */
  found: string;
}

class Fault extends Error {
  constructor(
    readonly kind: FaultKind,
    readonly at: number,
  ) {
    super(kind);
  }
}

const NUMBER = /-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Reads one JSON value without recursion that a deep text could exhaust: the depth is counted. */
class Reader {
  private at = 0;
  private static readonly DEPTH_MAX = 200;

  constructor(private readonly text: string) {}

  document(): void {
    this.value(0);
    if (this.peek() !== "") throw new Fault("rest", this.at);
  }

  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
    return this.text[this.at] ?? "";
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  private fail(kind: FaultKind): never {
    throw new Fault(this.peek() === "" ? "end" : kind, this.at);
  }

  private value(depth: number): void {
    const next = this.peek();
    if (depth > Reader.DEPTH_MAX) this.fail("value");
    if (next === "{") this.members(depth);
    else if (next === "[") this.elements(depth);
    else if (next === '"') this.string();
    else if (!this.take(NUMBER) && !this.take(WORD)) this.fail("value");
  }

  private string(): void {
    if (!this.take(STRING)) throw new Fault("string", this.at);
  }

  private members(depth: number): void {
    this.at += 1;
    if (this.peek() === "}") {
      this.at += 1;
      return;
    }
    for (;;) {
      if (this.peek() !== '"') this.fail("key");
      this.string();
      if (this.peek() !== ":") this.fail("colon");
      this.at += 1;
      this.value(depth + 1);
      if (this.next("}")) return;
    }
  }

  private elements(depth: number): void {
    this.at += 1;
    if (this.peek() === "]") {
      this.at += 1;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      if (this.next("]")) return;
    }
  }

  /** Takes what follows an item; true at the end of the list. */
  private next(close: string): boolean {
    const found = this.peek();
    if (found === close) {
      this.at += 1;
      return true;
    }
    if (found !== ",") this.fail("separator");
    const comma = this.at;
    this.at += 1;
    if (this.peek() === close) throw new Fault("comma", comma);
    return false;
  }
}

/** The first fault of a text; undefined when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    new Reader(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.at).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    return { kind: error.kind, line: before.length, column, found: text[error.at] ?? "" };
  }
}
