// What is dark: answers of several areas put together. Pure; runs in Node's tests too.
// Positions are decimetres from the segment's first vertex in the answers, shares 0..1 when drawn.

export const FAULT = 1;
const SUMS = [
  "metres",
  "lit_metres",
  "unlit_metres",
  "fault_metres",
  "night_covered_metres",
  "incidents",
];

/** Figures of several areas added up, and their lists as one: incidents first, then faults, then length. */
export function together(answers) {
  const sums = SUMS.map((key) => [key, answers.reduce((sum, answer) => sum + answer[key], 0)]);
  const rows = answers.flatMap(({ list }) => list);
  rows.sort(
    (a, b) =>
      b.incidents - a.incidents || b.fault_metres - a.fault_metres || b.metres - a.metres,
  );
  return { ...Object.fromEntries(sums), list: rows };
}

/** What was answered, by code of the area; asked segment by segment when the map is drawn. */
export class Darkness {
  #answers = new Map();
  #outdated = new Set();
  #segments = null;

  /** An area's answer; null where it may not be seen. */
  take(code, answer) {
    this.#answers.set(code, answer);
    this.#outdated.delete(code);
    this.#segments = null;
  }

  /** Another window: what is here is still drawn, but is no answer any more. */
  outdate() {
    this.#outdated = new Set(this.#answers.keys());
  }

  /** The answers of these areas put together; null while one is missing. */
  of(codes) {
    const here = (code) => this.#answers.has(code) && !this.#outdated.has(code);
    if (!codes.length || !codes.every(here)) return null;
    const found = codes.map((code) => this.#answers.get(code));
    return together(found.filter(Boolean));
  }

  /** The stretches of a segment that are not lit, as [{from, to, fault, alone}]. */
  stretches(id, lengthDm) {
    this.#segments ??= this.#joined();
    return (this.#segments.get(String(id)) ?? []).map(([start, end, state, alone]) => ({
      from: start / lengthDm,
      to: Math.min(end / lengthDm, 1),
      fault: state === FAULT,
      alone: alone === 1,
    }));
  }

  /** Rows by segment. What an area above has told is not drawn a second time. */
  #joined() {
    const told = [...this.#answers].filter(([, answer]) => answer);
    const codes = told.map(([code]) => code);
    const rows = new Map();
    for (const [code, { segments }] of told) {
      if (codes.some((other) => other !== code && code.startsWith(other))) continue;
      for (const [id, found] of Object.entries(segments)) {
        rows.set(id, [...(rows.get(id) ?? []), ...found]);
      }
    }
    return rows;
  }
}
