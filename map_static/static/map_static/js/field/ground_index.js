// The ground in the flat square of web maps (Mercator, x and y from 0 to 1, y down), and what of it
// lies in a box. Pure; runs in Node's tests too.

/** Buckets are squares of this zoom's tiles: some 600 m at 60° north. */
const BUCKET_ZOOM = 15;
const BUCKETS = 2 ** BUCKET_ZOOM;
const RADIAN = Math.PI / 180;

/** Longitude and latitude in degrees (WGS 84) to the square. */
export const flatX = (lon) => lon / 360 + 0.5;

export function flatY(lat) {
  const sine = Math.min(Math.max(Math.sin(lat * RADIAN), -0.9999), 0.9999);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** lon, lat, lon, lat … to x, y, x, y … */
export function flatten(line) {
  const flat = new Float64Array(line.length);
  for (let i = 0; i < line.length; i += 2) {
    flat[i] = flatX(line[i]);
    flat[i + 1] = flatY(line[i + 1]);
  }
  return flat;
}

/** [west, north, east, south] of x, y, x, y … */
export function boxOf(flat) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < flat.length; i += 2) {
    box[0] = Math.min(box[0], flat[i]);
    box[1] = Math.min(box[1], flat[i + 1]);
    box[2] = Math.max(box[2], flat[i]);
    box[3] = Math.max(box[3], flat[i + 1]);
  }
  return box;
}

/** Things with a `flat` line, found by box. */
export class FlatIndex {
  #buckets = new Map();
  #all = [];

  constructor(things) {
    for (const thing of things) {
      const box = boxOf(thing.flat);
      const kept = { thing, box, nth: this.#all.length };
      this.#all.push(kept);
      for (const key of keysOf(box)) {
        const bucket = this.#buckets.get(key);
        if (bucket) bucket.push(kept);
        else this.#buckets.set(key, [kept]);
      }
    }
  }

  get size() {
    return this.#all.length;
  }

  /** All that may lie in a box, each once, in the order they were given. */
  within(box) {
    const touching = ({ box: other }) =>
      other[0] <= box[2] && box[0] <= other[2] && other[1] <= box[3] && box[1] <= other[3];
    const across = ((box[2] - box[0]) * BUCKETS + 1) * ((box[3] - box[1]) * BUCKETS + 1);
    if (across > this.#buckets.size) return this.#all.filter(touching).map(({ thing }) => thing);
    const found = new Set();
    for (const key of keysOf(box)) {
      for (const kept of this.#buckets.get(key) ?? []) if (touching(kept)) found.add(kept);
    }
    return [...found].sort((a, b) => a.nth - b.nth).map(({ thing }) => thing);
  }
}

function keysOf([west, north, east, south]) {
  const keys = [];
  const [left, right] = [west, east].map((x) => Math.floor(x * BUCKETS));
  const [top, bottom] = [north, south].map((y) => Math.floor(y * BUCKETS));
  for (let x = left; x <= right; x += 1) {
    for (let y = top; y <= bottom; y += 1) keys.push(x * BUCKETS + y);
  }
  return keys;
}

/**
 * The part of a line between two shares of its length, as x, y, x, y …; shares as the stored lengths
 * have them, which the square keeps to parts in a thousand within one street.
 */
export function part(flat, from, to) {
  if (from <= 0 && to >= 1) return flat;
  let whole = 0;
  for (let i = 2; i < flat.length; i += 2) whole += step(flat, i);
  const [start, end] = [Math.max(from, 0) * whole, Math.min(to, 1) * whole];
  const found = [];
  let at = 0;
  for (let i = 2; i < flat.length && at <= end; i += 2) {
    const length = step(flat, i);
    if (length > 0 && at + length >= start) {
      if (!found.length) found.push(...along(flat, i, Math.max(0, (start - at) / length)));
      found.push(...along(flat, i, Math.min(1, (end - at) / length)));
    }
    at += length;
  }
  return found;
}

const step = (flat, i) => Math.hypot(flat[i] - flat[i - 2], flat[i + 1] - flat[i - 1]);

const along = (flat, i, share) => [
  flat[i - 2] + (flat[i] - flat[i - 2]) * share,
  flat[i - 1] + (flat[i + 1] - flat[i - 1]) * share,
];
