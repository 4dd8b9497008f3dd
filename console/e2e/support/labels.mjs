// Labels as people compare them: white space does not count, nor does the width of parentheses.

/** A label without white space and with narrow parentheses. */
export function folded(text) {
  return text.replace(/\s+/gu, "").replaceAll("（", "(").replaceAll("）", ")");
}

// A bare quotation mark would end a selector of Playwright's.
const quoted = (letter) => letter.replace(/['"]/g, (mark) => `\\x${mark.charCodeAt(0).toString(16)}`).replace(/[.*+?^${}()|[\]]/g, "\\$&");

function pattern(text) {
  const letters = [...folded(text)].map((letter) => {
    if (letter === "(") return "[(（]";
    return letter === ")" ? "[)）]" : quoted(letter);
  });
  return letters.join("\\s*");
}

/** Finds exactly this label, however it is spaced. */
export function label(text) {
  return new RegExp(`^\\s*${pattern(text)}\\s*$`, "u");
}

/** Finds this text anywhere. */
export function containing(text) {
  return new RegExp(pattern(text), "u");
}
