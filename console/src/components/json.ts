// A JSON value as lines of coloured pieces, each with the path that leads to it.
import { printableJson } from "../i18n/printable";

export type PieceKind = "key" | "string" | "number" | "literal" | "plain";

export interface Piece {
  kind: PieceKind;
  text: string;
}

export interface Line {
  /** `$.userIdentity.arn` */
  path: string;
  pieces: Piece[];
}

const plain = (text: string): Piece => ({ kind: "plain", text });

function scalar(value: unknown): Piece {
  const kind: PieceKind = typeof value === "string" ? "string" : typeof value === "number" ? "number" : "literal";
  return { kind, text: printableJson(JSON.stringify(value) ?? "null") };
}

function child(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${printableJson(JSON.stringify(key))}]`;
}

function add(lines: Line[], value: unknown, path: string, lead: Piece[], depth: number, tail: string): void {
  const indent = "  ".repeat(depth);
  const isArray = Array.isArray(value);
  const entries: [string | number, unknown][] = isArray
    ? value.map((one, index) => [index, one])
    : typeof value === "object" && value !== null
      ? Object.entries(value)
      : [];
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  if (typeof value !== "object" || value === null) {
    lines.push({ path, pieces: [plain(indent), ...lead, scalar(value), plain(tail)] });
    return;
  }
  if (entries.length === 0) {
    lines.push({ path, pieces: [plain(indent), ...lead, plain(`${open}${close}${tail}`)] });
    return;
  }
  lines.push({ path, pieces: [plain(indent), ...lead, plain(open)] });
  entries.forEach(([key, one], index) => {
    const keyLead: Piece[] = isArray ? [] : [{ kind: "key", text: printableJson(JSON.stringify(key)) }, plain(": ")];
    add(lines, one, child(path, key), keyLead, depth + 1, index < entries.length - 1 ? "," : "");
  });
  lines.push({ path, pieces: [plain(`${indent}${close}${tail}`)] });
}

/** The lines of `JSON.stringify(value, null, 2)`. */
export function jsonLines(value: unknown): Line[] {
  const lines: Line[] = [];
  add(lines, value, "$", [], 0, "");
  return lines;
}
