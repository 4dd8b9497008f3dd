// Writes dist/.source-hash: SHA-256 over everything the build reads.
// For each file, in the order of its path: path, NUL, length in decimal, NUL, bytes.
// Paths are relative to this package with `/` between the parts.
// A test of the server computes the same without node and compares.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = new URL("..", import.meta.url).pathname;
const roots = ["index.html", "package-lock.json", "public", "src", "tsconfig.json", "vite.config.ts"];

function filesUnder(path) {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  );
}

const files = roots
  .flatMap((path) => (path.includes(".") ? [path] : filesUnder(path)))
  .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
const hash = createHash("sha256");
for (const file of files) {
  const bytes = readFileSync(join(root, file));
  hash.update(`${file}\0${bytes.length}\0`);
  hash.update(bytes);
}
writeFileSync(join(root, "dist/.source-hash"), `${hash.digest("hex")}\n`);
