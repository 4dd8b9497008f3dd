// Untrusted text: object keys, tags, messages. React escapes markup; this escapes characters that make
// text appear different from its content.

// Control characters but for line feed and tab, what ends a line, and what turns the direction of text.
// The server's command has the same list: `crates/types/src/printable.rs`.
const MISLEADING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const digits = (character: string) => (character.codePointAt(0) ?? 0).toString(16);

/** The text with everything that could mislead a reader written out: `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(MISLEADING, (character) => `\\u{${digits(character)}}`);
}

/** The same inside of JSON, where it stays the same value. */
export function printableJson(json: string): string {
  return json.replace(MISLEADING, (character) => `\\u${digits(character).padStart(4, "0")}`);
}
