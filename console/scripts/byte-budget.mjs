// Fails the build when the first load grows past its budget.
// First load: index.html, every script, sheet and font it names, and one language, compressed as the
// server sends them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_BYTES = 750_000;
const dist = new URL("../dist/", import.meta.url).pathname;
const html = readFileSync(join(dist, "index.html"), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/_console\/([^"]+)"/g)].map((match) => match[1]);
const files = ["index.html", ...named, "assets/lang-ja.js"];

let total = 0;
for (const file of files) {
  const size = gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(8)}  ${file}`);
}
console.log(`${String(total).padStart(8)}  first load, gzip (budget ${BUDGET_BYTES})`);
if (total > BUDGET_BYTES) {
  console.error("The first load is larger than its budget.");
  process.exit(1);
}
