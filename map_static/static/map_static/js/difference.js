// Two periods compared, segment by segment. Pure; runs in Node's tests too.

/** What a metre is; the first three by their number in an answer of /api/v1/difference/. */
export const CLASSES = ["both", "gained", "lost", "neither"];

/** What was answered for one area, ready to be asked segment by segment. */
export class Difference {
  #kept = new Map();

  constructor(answer) {
    this.answer = answer;
  }

  /** A segment from end to end as [{from, to, cls}], shares 0..1 in order without gaps. */
  of(id, lengthDm) {
    let found = this.#kept.get(id);
    if (!found) {
      found = filled(this.answer.segments[id] ?? [], lengthDm);
      this.#kept.set(id, found);
    }
    return found;
  }
}

/** Stretches [start_dm, end_dm, number of the class] with what is between them, which is neither. */
export function filled(spans, lengthDm) {
  const found = [];
  let at = 0;
  const add = (to, cls) => {
    const upTo = Math.min(to / lengthDm, 1);
    if (upTo > at) found.push({ from: at, to: upTo, cls });
    at = Math.max(at, upTo);
  };
  for (const [start, end, number] of [...spans].sort((a, b) => a[0] - b[0])) {
    add(start, "neither");
    add(end, CLASSES[number]);
  }
  add(lengthDm, "neither");
  return found;
}

/** The figures of several areas as one: {metres, both, gained, lost, neither, cells}. */
export function summed(answers) {
  const keys = ["metres", ...CLASSES];
  const sums = keys.map((key) => [key, answers.reduce((sum, answer) => sum + answer[key], 0)]);
  return { ...Object.fromEntries(sums), cells: answers.flatMap(({ cells }) => cells) };
}
