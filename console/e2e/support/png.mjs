// Makes a browser's PNG small: at most 256 colours, the commonest, and the nearest of them for the
// others. Screens have few colours beside the edges of letters, so the difference is invisible.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLOURS_MAX = 256;
const BYTES_PER_PIXEL = { 2: 3, 6: 4 };

/** The same picture with a palette. */
export function small(png) {
  const { width, height, pixels } = decode(png);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS_MAX).map(([colour]) => colour);
  const indices = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of counts.keys()) if (!indices.has(colour)) indices.set(colour, nearest(palette, colour));
  return encode(width, height, palette, pixels.map((pixel) => indices.get(pixel)));
}

const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];

function nearest(palette, colour) {
  const [r, g, b] = parts(colour);
  let best = 0;
  let least = Infinity;
  palette.forEach((other, index) => {
    const [red, green, blue] = parts(other);
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}

function* chunksOf(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
}

/** Source: PNG specification, "Filtering": what is left of, above, and both. */
function predicted(filter, left, above, corner) {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) return 0;
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((one) => Math.abs(guess - one));
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

function decode(png) {
  let head;
  const data = [];
  for (const [kind, body] of chunksOf(png)) {
    if (kind === "IHDR") head = body;
    if (kind === "IDAT") data.push(body);
  }
  const [width, height, step] = [head.readUInt32BE(0), head.readUInt32BE(4), BYTES_PER_PIXEL[head[9]]];
  const raw = inflateSync(Buffer.concat(data));
  const rowBytes = width * step;
  const rows = Buffer.alloc(rowBytes * height);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const from = y * (rowBytes + 1);
    for (let x = 0; x < rowBytes; x += 1) {
      const at = y * rowBytes + x;
      const left = x >= step ? rows[at - step] : 0;
      const above = y > 0 ? rows[at - rowBytes] : 0;
      const corner = x >= step && y > 0 ? rows[at - rowBytes - step] : 0;
      rows[at] = raw[from + 1 + x] + predicted(raw[from], left, above, corner);
    }
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = rows.readUIntBE(y * rowBytes + x * step, 3);
  }
  return { width, height, pixels };
}

function chunk(kind, body) {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

function encode(width, height, palette, indices) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits, each the number of a colour.
  head.set([8, 3, 0, 0, 0], 8);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap(parts))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
