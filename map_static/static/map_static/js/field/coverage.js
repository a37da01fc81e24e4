// What is walked and what is overdue, on the tablet: freshness of the own cells and the walk that
// is going on. Pure; runs in Node's tests too. Positions are decimetres along a segment.
//
// The figures, as docs/engine.md means them where it has them:
// - A metre's age is whole local days since the day it was last walked: 0 today. It is *overdue*
//   when its age exceeds the cadence of its stretch, or nobody walked it in the last 90 days. The
//   server counts hours: a stretch may read as overdue there some hours earlier.
// - *Walked* metres of a walk are metres of street, each once, however often it was walked.
// - *New* metres of a walk are those walked metres of own cells that were overdue when it began:
//   by so much the walk made the overdue metres fewer.
// - A street is *open* as long as metres of it in own cells are overdue.
// Only streets whose metres count (duty) take part; sidewalks were credited to them before.

import { lastSeen, lengthCm, overlay, subtract, union } from "./intervals.js";

const DAY = 86_400_000;
const formats = new Map();

/**
 * The number of a local day since 1970-01-01, as freshness counts days.
 * @param {number} ms Unix milliseconds
 * @param {string} timeZone like "Asia/Shanghai"
 */
export function dayNumber(ms, timeZone) {
  if (!formats.has(timeZone)) {
    const options = { timeZone, year: "numeric", month: "numeric", day: "numeric" };
    formats.set(timeZone, new Intl.DateTimeFormat("en-US", options));
  }
  const said = Object.fromEntries(formats.get(timeZone).formatToParts(ms).map((p) => [p.type, p.value]));
  return Date.UTC(+said.year, said.month - 1, +said.day) / DAY;
}

export class Coverage {
  #told = [];

  /**
   * @param {import("./packages.js").Ground} ground
   * @param {object[]} answers of GET freshness/<cell>/, one for each cell; cells without one count
   *   as never walked
   * @param {{today: number}} options a dayNumber
   */
  constructor(ground, answers, { today }) {
    this.ground = ground;
    this.today = today;
    this.seen = new Map();
    for (const answer of answers) {
      for (const [id, stretches] of Object.entries(answer.segments)) {
        const known = this.seen.get(+id);
        this.seen.set(+id, known ? lastSeen([...known, ...stretches]) : stretches);
      }
    }
    this.walked = new Map();
    this.before = new Map();
    this.now = new Map();
    this.cm = { metres: 0, before: 0, now: 0, walked: 0 };
    for (const segment of ground.segments.values()) this.#open(segment);
  }

  #open(segment) {
    if (!segment.duty || !segment.own.length) return;
    const seen = this.seen.get(segment.id) ?? [];
    const late = segment.own.flatMap(([start, end, days]) =>
      subtract([[start, end]], seen.filter((piece) => this.today - piece[2] <= days)),
    );
    const open = union(late);
    this.cm.metres += lengthCm(segment.own, segment.cm);
    this.cm.before += lengthCm(open, segment.cm);
    this.cm.now += lengthCm(open, segment.cm);
    if (open.length) this.before.set(segment.id, open);
    if (open.length) this.now.set(segment.id, open);
  }

  /**
   * The walk so far, whole each time; only segments on which it differs are worked out again.
   * @param {Array<[number, number, number]>} stretches [segment id, start_dm, end_dm, …], as
   *   LiveWalk tells them
   * @returns {Set<number>} ids of the segments that changed
   */
  walk(stretches) {
    const told = this.#told;
    const same = (i) =>
      told[i][0] === stretches[i][0] && told[i][1] === stretches[i][1] && told[i][2] === stretches[i][2];
    let first = 0;
    while (first < Math.min(told.length, stretches.length) && same(first)) first += 1;
    const changed = new Map();
    for (let i = first; i < told.length; i += 1) changed.set(told[i][0], []);
    for (let i = first; i < stretches.length; i += 1) changed.set(stretches[i][0], []);
    for (const [id, start, end] of stretches) changed.get(id)?.push([start, end]);
    told.length = first;
    for (const [id, start, end] of stretches.slice(first)) told.push([id, start, end]);
    const found = new Set();
    for (const [id, parts] of changed) if (this.#walkedOn(id, union(parts))) found.add(id);
    return found;
  }

  #walkedOn(id, walked) {
    const old = this.walked.get(id) ?? [];
    if (old.length === walked.length && old.every((one, i) => one[0] === walked[i][0] && one[1] === walked[i][1])) {
      return false;
    }
    const cm = this.ground.segments.get(id)?.cm ?? Infinity;
    this.cm.walked += lengthCm(walked, cm) - lengthCm(old, cm);
    this.walked.set(id, walked);
    if (this.before.has(id)) {
      const open = subtract(this.before.get(id), walked);
      this.cm.now += lengthCm(open, cm) - lengthCm(this.now.get(id) ?? [], cm);
      if (open.length) this.now.set(id, open);
      else this.now.delete(id);
    }
    return true;
  }

  /**
   * A segment from end to end, without gaps.
   * @returns {Array<{from: number, to: number, age: number|null, days: number, own: boolean,
   *   overdue: boolean, walked: boolean}>} from and to in dm; age in days, null where it is not
   *   known to be walked (outside own cells: where nothing is known); days is the cadence; walked
   *   in this walk
   */
  stretches(id) {
    const segment = this.ground.segments.get(id);
    if (!segment) return [];
    const end = Math.ceil(segment.cm / 10);
    // Twice the day, and one more where it was this walk, so that both survive the painting.
    const seen = (this.seen.get(id) ?? []).map(([a, b, day]) => [a, Math.min(b, end), day * 2]);
    const mine = (this.walked.get(id) ?? []).map(([a, b]) => [a, Math.min(b, end), this.today * 2 + 1]);
    const pieces = filled(lastSeen([...seen, ...mine]), end);
    const own = filled(segment.own, end);
    return overlay(pieces, own).map(([piece, part, from, to]) => {
      const [time, days] = [pieces[piece][2], own[part][2]];
      const age = time === null ? null : this.today - Math.floor(time / 2);
      const cadence = days ?? segment.cadence;
      const overdue = segment.duty && days !== null && (age === null || age > cadence);
      const walked = time !== null && time % 2 === 1;
      return { from, to, age, days: cadence, own: days !== null, overdue, walked };
    });
  }

  /** The overdue stretches of a segment in own cells, a normal set; [] where there is none. */
  openOf(id) {
    return this.now.get(id) ?? [];
  }

  /**
   * Metres: of own cells' streets, overdue now and when the walk began, walked, and new.
   * @returns {{metres: number, overdue: number, overdueBefore: number, walked: number,
   *   newMetres: number}}
   */
  totals() {
    const { metres, before, now, walked } = this.cm;
    return {
      metres: metres / 100,
      overdue: now / 100,
      overdueBefore: before / 100,
      walked: walked / 100,
      newMetres: (before - now) / 100,
    };
  }

  /**
   * Streets that are still open, most metres first; what has no name goes together by kind.
   * @returns {Array<{street: string, names: {zh: string, en: string}, kind: string,
   *   metres: number, segments: number[]}>}
   */
  open() {
    const found = new Map();
    for (const [id, open] of this.now) {
      const { street, names, kind, cm } = this.ground.segments.get(id);
      const key = street || `\n${kind}`;
      if (!found.has(key)) found.set(key, { street, names, kind, cm: 0, segments: [] });
      const one = found.get(key);
      one.cm += lengthCm(open, cm);
      one.segments.push(id);
    }
    return [...found.values()]
      .sort((a, b) => b.cm - a.cm)
      .map(({ cm, ...street }) => ({ ...street, metres: cm / 100 }));
  }
}

/** Sorted, disjoint [start, end, value] over [0, end), gaps filled with null. */
function filled(pieces, end) {
  const found = [];
  let at = 0;
  for (const [from, to, value] of pieces) {
    if (from > at) found.push([at, from, null]);
    if (to > from) found.push([from, to, value]);
    at = Math.max(at, to);
  }
  if (at < end) found.push([at, end, null]);
  return found;
}
