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
   * The corners of a cell, ring by ring: {at, before, after, kind, others: keys of the other cells
   * there, edge: whether the edge to `after` is shared with another cell}.
   */
  corners(key) {
    return (this.#rings.get(key) ?? []).flatMap((ring) =>
      ring.map((at, nth) => {
        const after = ring[(nth + 1) % ring.length];
        const corner = this.#corner(at);
        return {
          at,
          before: ring[(nth + ring.length - 1) % ring.length],
          after,
          kind: kindOf(corner),
          others: [...corner.cells].filter((other) => other !== key),
          edge: corner.beside.get(nameOf(after)).size > 1,
        };
      }),
    );
  }
}

function kindOf({ beside }) {
  const shared = [...beside.values()];
  if (shared.some((keys) => keys.size < 2)) return OUTER;
  return shared.length === 2 ? PLAIN : JUNCTION;
}

/** The edit that moves a corner of `corners()` to another place. */
export function moving({ at, before, after, kind }, to) {
  if (kind === JUNCTION) return { kind: "vertex", at, to };
  return { kind: "move", path: [before, at, after], to: [before, to, after] };
}

/** The edit that puts a new corner on the edge from a corner to the next one. */
export const inserting = ({ at, after }, to) => ({ kind: "move", path: [at, after], to: [at, to, after] });

/** The edit that takes a plain corner away. */
export const removing = ({ at, before, after }) => ({
  kind: "move",
  path: [before, at, after],
  to: [before, after],
});

/** The point half way between two. */
export const halfway = ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2];

/** The middle of the box around a Polygon or MultiPolygon's largest ring: enough to write at. */
export function boxOf(geometry) {
  const all = ringsOf(geometry).flat();
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
