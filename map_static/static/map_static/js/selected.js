// What is selected, without the page: sets of ids by kind, and the shape that a hand draws.

export const KINDS = ["lamps", "cases", "streets", "cells"];

const nothing = () => Object.fromEntries(KINDS.map((kind) => [kind, new Map()]));

/**
 * Sets of ids by kind (a Map of id → code, which only cells have). `mode` of take(): "replace",
 * "add" or "remove".
 */
export class Selected {
  #ids = nothing();

  /** What the server found: {kind: {count, ids, codes}}. Kinds that are too many come back by name. */
  take(kinds, mode) {
    if (mode === "replace") this.#ids = nothing();
    const tooMany = [];
    for (const [kind, { count, ids, codes = [] }] of Object.entries(kinds)) {
      if (count > ids.length) tooMany.push({ kind, count });
      ids.forEach((id, nth) => {
        if (mode === "remove") this.#ids[kind].delete(id);
        else this.#ids[kind].set(id, codes[nth] ?? "");
      });
    }
    return tooMany;
  }

  /** Take one in or out, as a tick in a list does. */
  tick(kind, id, on, code = "") {
    if (on) this.#ids[kind].set(id, code);
    else this.#ids[kind].delete(id);
  }

  has = (kind, id) => this.#ids[kind].has(id);

  count = (kind) => this.#ids[kind].size;

  ids = (kind) => [...this.#ids[kind].keys()];

  codes = () => [...this.#ids.cells.values()];

  get empty() {
    return KINDS.every((kind) => !this.count(kind));
  }

  clear() {
    this.#ids = nothing();
  }
}

/** A GeoJSON polygon of corners [lon, lat], or null where they make none. */
export function polygonOf(corners) {
  const different = corners.filter(([x, y], nth) => nth === 0 || x !== corners[nth - 1][0] || y !== corners[nth - 1][1]);
  if (different.length < 3) return null;
  return { type: "Polygon", coordinates: [[...different, different[0]]] };
}

/** The rectangle between two opposite corners [lon, lat], as corners, or none where it has no width. */
export function rectangleOf([x1, y1], [x2, y2]) {
  if (x1 === x2 || y1 === y2) return [];
  return [[x1, y1], [x2, y1], [x2, y2], [x1, y2]];
}

/** How a shape is meant: Ctrl (or Command) adds, Alt takes away, else as the buttons say. */
export const modeOf = ({ ctrlKey, metaKey, altKey }, chosen) =>
  altKey ? "remove" : ctrlKey || metaKey ? "add" : chosen;

/** Items that can be given back, in groups of one earlier hand each: {crew, assignee, ids}. */
export function givenBefore(items) {
  const groups = new Map();
  for (const { id, before } of items) {
    if (!before) continue;
    const key = `${before.crew} ${before.assignee}`;
    if (!groups.has(key)) groups.set(key, { ...before, ids: [] });
    groups.get(key).ids.push(id);
  }
  return [...groups.values()];
}
