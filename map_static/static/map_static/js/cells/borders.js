// The borders between cells, found by their corners: neighbours share them exactly. No page, no
// Leaflet: these functions run in Node's tests too. Positions are [longitude, latitude].

const nameOf = ([x, y]) => `${x},${y}`;

/** Where a corner lies. "plain": on the border of two cells. "junction": where three or more borders
 * meet. "outer": on the community's own border (or a hole of it), which no edit may move. */
export const PLAIN = "plain";
export const JUNCTION = "junction";
export const OUTER = "outer";

/** Rings of a Polygon or MultiPolygon, each open: the first corner is not repeated at the end. */
export function ringsOf({ type, coordinates }) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.flat().map((ring) => ring.slice(0, -1));
}

/**
 * Who shares which corner and which edge of cells {key, geometry} (Polygon or MultiPolygon).
 */
export class Borders {
  /** corner → {at, cells: Set of keys, beside: Map of corner → Set of keys} */
  #corners = new Map();
  #rings = new Map();

  constructor(cells) {
    for (const { key, geometry } of cells) {
      const rings = ringsOf(geometry);
      this.#rings.set(key, rings);
      for (const ring of rings) {
        ring.forEach((at, nth) => this.#edge(key, at, ring[(nth + 1) % ring.length]));
      }
    }
  }

  #edge(key, a, b) {
    for (const [one, other] of [[a, b], [b, a]]) {
      const corner = this.#corner(one);
      corner.cells.add(key);
      const name = nameOf(other);
      if (!corner.beside.has(name)) corner.beside.set(name, new Set());
      corner.beside.get(name).add(key);
    }
  }

  #corner(at) {
    const name = nameOf(at);
    if (!this.#corners.has(name)) {
      this.#corners.set(name, { at, cells: new Set(), beside: new Map() });
    }
    return this.#corners.get(name);
  }

  /** Keys of the cells that have a border with this one, in the order they were given. */
  neighbours(key) {
    const found = new Set();
    for (const ring of this.#rings.get(key) ?? []) {
      for (const at of ring) {
        for (const keys of this.#corner(at).beside.values()) {
          if (keys.has(key)) for (const other of keys) found.add(other);
        }
      }
    }
    found.delete(key);
    return [...this.#rings.keys()].filter((other) => found.has(other));
  }

  /** Whether these cells hang together, so that they can become one. */
  together(keys) {
    const left = new Set(keys);
    const next = [...left].slice(0, 1);
    while (next.length) {
      const key = next.pop();
      if (!left.delete(key)) continue;
      next.push(...this.neighbours(key).filter((other) => left.has(other)));
    }
    return left.size === 0;
  }

  /**
   * The corners of a cell, ring by ring: {at, kind, others: keys of the other cells there, edge:
   * whether the edge to the next one is shared with another cell, ring: all corners of its ring,
   * nth: its place among them}.
   */
  corners(key) {
    return (this.#rings.get(key) ?? []).flatMap((positions) => {
      const ring = [];
      positions.forEach((at, nth) => {
        const corner = this.#corner(at);
        const after = positions[(nth + 1) % positions.length];
        ring.push({
          at,
          kind: kindOf(corner),
          others: [...corner.cells].filter((other) => other !== key),
          edge: corner.beside.get(nameOf(after)).size > 1,
          ring,
          nth,
        });
      });
      return ring;
    });
  }
}

/** The corner so many places further along the ring. */
export const beside = ({ ring, nth }, places) => ring.at((nth + places) % ring.length);

function kindOf({ beside }) {
  const shared = [...beside.values()];
  if (shared.some((keys) => keys.size < 2)) return OUTER;
  return shared.length === 2 ? PLAIN : JUNCTION;
}

/** How much of the way a corner is moved its neighbours are too near to stay, as a share. */
const GIVES = 0.7;

/**
 * The edit that moves a corner of `corners()` to another place. Plain neighbours that lie nearer to
 * it than most of the way it goes give way: a border with many corners bends instead of crossing
 * itself.
 */
export function moving(corner, to) {
  const { at, kind, ring } = corner;
  if (kind === JUNCTION) return { kind: "vertex", at, to };
  const reach = GIVES * apart(at, to);
  let before = -1;
  let after = 1;
  const more = () => after - before < ring.length - 1;
  const gives = (places) => {
    const one = beside(corner, places);
    return one.kind === PLAIN && apart(one.at, at) < reach && more();
  };
  while (gives(before)) before -= 1;
  while (gives(after)) after += 1;
  const path = [];
  for (let places = before; places <= after; places += 1) path.push(beside(corner, places).at);
  return { kind: "move", path, to: [path[0], to, path.at(-1)] };
}

/** The edit that puts a new corner on the edge from a corner to the next one. */
export function inserting(corner, to) {
  const path = [corner.at, beside(corner, 1).at];
  return { kind: "move", path, to: [path[0], to, path[1]] };
}

/** The edit that takes a plain corner away. */
export function removing(corner) {
  const path = [-1, 0, 1].map((places) => beside(corner, places).at);
  return { kind: "move", path, to: [path[0], path[2]] };
}

/** Distance of two places, in degrees of latitude. */
function apart([ax, ay], [bx, by]) {
  return Math.hypot((ax - bx) * Math.cos((ay * Math.PI) / 180), ay - by);
}

/** The point half way between two. */
export const halfway = ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2];

/** The box [west, south, east, north] around a Polygon or MultiPolygon. */
export function boxOf(geometry) {
  const all = ringsOf(geometry).flat();
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Twice the signed area of an open ring, in square units of its positions. */
const turned = (ring) =>
  ring.reduce((sum, [x, y], nth) => {
    const [nextX, nextY] = ring[(nth + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0);

/**
 * A place inside a Polygon or MultiPolygon to write at: in the middle of its largest ring's widest
 * stretch at the height of the box's middle.
 */
export function insideOf(geometry) {
  const [ring] = ringsOf(geometry).sort((a, b) => Math.abs(turned(b)) - Math.abs(turned(a)));
  const ys = ring.map(([, y]) => y);
  const height = (Math.min(...ys) + Math.max(...ys)) / 2;
  const crossings = ring
    .flatMap(([x, y], nth) => {
      const [nextX, nextY] = ring[(nth + 1) % ring.length];
      if (y > height === nextY > height) return [];
      return [x + ((height - y) / (nextY - y)) * (nextX - x)];
    })
    .sort((a, b) => a - b);
  let widest = [crossings[0], crossings[1]];
  for (let nth = 2; nth + 1 < crossings.length; nth += 2) {
    const [from, to] = [crossings[nth], crossings[nth + 1]];
    if (to - from > widest[1] - widest[0]) widest = [from, to];
  }
  return [(widest[0] + widest[1]) / 2, height];
}
