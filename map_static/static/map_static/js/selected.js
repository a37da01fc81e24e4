// What is selected, without the page: sets of ids by kind, and the shape that a hand draws.

export const KINDS = ["lamps", "cases", "streets", "cells"];

const nothing = () => Object.fromEntries(KINDS.map((kind) => [kind, new Set()]));

/**
 * Sets of ids by kind: of cells their codes, of all else numbers. `mode` of take(): "replace", "add"
 * or "remove".
 */
export class Selected {
  #ids = nothing();

  /** What the server found: {kind: {count, ids}}. Kinds that are too many come back by name. */
  take(kinds, mode) {
    if (mode === "replace") this.#ids = nothing();
    const tooMany = [];
    for (const [kind, { count, ids }] of Object.entries(kinds)) {
      if (count > ids.length) tooMany.push({ kind, count });
      for (const id of ids) this.tick(kind, id, mode !== "remove");
    }
    return tooMany;
  }

  /** Take one in or out, as a tick in a list does. */
  tick(kind, id, on) {
    if (on) this.#ids[kind].add(id);
    else this.#ids[kind].delete(id);
  }

  has = (kind, id) => this.#ids[kind].has(id);

  count = (kind) => this.#ids[kind].size;

  ids = (kind) => [...this.#ids[kind]];

  /** How many there are of all kinds together. */
  get all() {
    return KINDS.reduce((sum, kind) => sum + this.count(kind), 0);
  }

  get empty() {
    return !this.all;
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

/** Whether a click with these keys takes a single thing in or out instead of whatever it does else. */
export const picks = ({ ctrlKey, metaKey, shiftKey }) => Boolean(ctrlKey || metaKey || shiftKey);

/** What of one place's things is meant, {kind, id}: what lies on top; null where there is nothing. */
export function topmost(kinds) {
  const kind = ["cases", "lamps", "streets", "cells"].find((name) => kinds[name]?.ids.length);
  return kind ? { kind, id: kinds[kind].ids[0] } : null;
}

/** How many were done for which there is nobody to give them back to. */
export const givenFirst = (items) => items.filter(({ refused, before }) => !refused && !before).length;

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
