// Three rules for texts that people read:
// 1. A key exists in both languages, with the same placeholders.
// 2. A Japanese value differs from the English one (proper nouns are listed in i18n/same.json).
// 3. A .tsx file holds no text of its own: everything goes through t().
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "vite";

const root = new URL("..", import.meta.url).pathname;
const i18n = join(root, "src/i18n");
const problems = [];

const same = new Set(JSON.parse(readFileSync(join(i18n, "same.json"), "utf8")));
const placeholders = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join();
const owners = new Map();

for (const file of readdirSync(i18n).filter((name) => name.endsWith(".en.json"))) {
  const en = JSON.parse(readFileSync(join(i18n, file), "utf8"));
  const jaFile = file.replace(".en.", ".ja.");
  const ja = JSON.parse(readFileSync(join(i18n, jaFile), "utf8"));
  for (const key of Object.keys(ja)) {
    if (!(key in en)) problems.push(`${file}: ${key} is missing`);
  }
  for (const [key, text] of Object.entries(en)) {
    if (owners.has(key)) problems.push(`${file}: ${key} is also in ${owners.get(key)}`);
    owners.set(key, file);
    if (!(key in ja)) problems.push(`${jaFile}: ${key} is missing`);
    else if (ja[key] === text && /[A-Za-z]/.test(text) && !same.has(text)) {
      problems.push(`${jaFile}: ${key} is not translated ("${text}")`);
    } else if (placeholders(ja[key]) !== placeholders(text)) {
      problems.push(`${jaFile}: ${key} has other placeholders`);
    }
  }
}

// Attributes and members whose strings reach the screen or a screen reader.
const SHOWN = new Set([
  "alt", "ariaLabel", "children", "confirmText", "constraintText", "content", "counter", "description", "empty",
  "errorText", "header", "label", "loadingText", "placeholder", "subtitle", "text", "title", "tooltip", "aria-label",
]);
// A key that is handed on to be looked up later is not a text.
const hasLetter = (text) => /\p{L}/u.test(text) && !owners.has(text);

function visit(node, report) {
  if (Array.isArray(node)) return node.forEach((child) => visit(child, report));
  if (!node || typeof node !== "object" || typeof node.type !== "string") return;
  if (node.type === "JSXText" && hasLetter(node.value)) report(node, node.value.trim());
  if (node.type === "JSXAttribute" && node.value?.type === "Literal") {
    const name = node.name.name;
    if (SHOWN.has(name) && hasLetter(String(node.value.value))) report(node, `${name}="${node.value.value}"`);
  }
  if (node.type === "Property" && node.value?.type === "Literal" && typeof node.value.value === "string") {
    const name = node.key.name ?? node.key.value;
    if (SHOWN.has(name) && hasLetter(node.value.value)) report(node, `${name}: "${node.value.value}"`);
  }
  for (const [key, child] of Object.entries(node)) if (key !== "type") visit(child, report);
}

function tsxFiles(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    return entry.isDirectory() ? tsxFiles(path) : entry.name.endsWith(".tsx") ? [path] : [];
  });
}

for (const file of tsxFiles(join(root, "src"))) {
  const source = readFileSync(file, "utf8");
  const { program } = parseSync(file, source, { lang: "tsx" });
  visit(program, (node, text) => {
    const line = source.slice(0, node.start).split("\n").length;
    problems.push(`${relative(root, file)}:${line}: text outside t(): ${text.slice(0, 60)}`);
  });
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
