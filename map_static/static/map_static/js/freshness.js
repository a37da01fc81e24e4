// Which class of freshness each metre of a street has. Pure; runs in Node's tests too.
// Times are Unix seconds, positions decimetres from the segment's first vertex.

export const ORDER = ["today", "within", "due", "overdue", "never"];
const DAY = 86_400;

/**
 * The class of a metre last walked at `walked`.
 * Overdue is what the figures call overdue: longer ago than the cadence. The last quarter of the
 * cadence (`dueFrom`) is due.
 */
export function classOf(walked, { now, midnight, cadence, dueFrom }) {
  if (walked == null) return "never";
  const age = now - walked;
  if (age > cadence * DAY) return "overdue";
  if (walked >= midnight) return "today";
  return age > cadence * dueFrom * DAY ? "due" : "within";
}

/**
 * A segment from end to end as [{from, to, cls}], shares 0..1 in order without gaps; neighbours
 * of one class are joined. `spans` are [start_dm, end_dm, walked], sorted and disjoint.
 */
export function stretches(spans, lengthDm, terms) {
  const found = [];
  const add = (from, to, cls) => {
    if (!(to > from)) return;
    const last = found[found.length - 1];
    if (last && last.cls === cls) last.to = to;
    else found.push({ from, to, cls });
  };
  let at = 0;
  for (const [start, end, walked] of spans) {
    const from = Math.min(start / lengthDm, 1);
    const to = Math.min(end / lengthDm, 1);
    add(at, from, "never");
    add(Math.max(at, from), to, classOf(walked, terms));
    at = Math.max(at, to);
  }
  add(at, 1, "never");
  return found;
}

/** What was answered for one community, ready to be asked segment by segment. */
export class Freshness {
  constructor(answer, { now, dueFrom }) {
    this.answer = answer;
    this.now = answer.as_of ?? now;
    this.dueFrom = dueFrom;
    this.kept = new Map();
  }

  cadence(id, kind) {
    return this.answer.own_cadence[id] ?? this.answer.cadence[kind] ?? 7;
  }

  /** The stretches of a segment; the same object each time. */
  of(id, kind, lengthDm) {
    let found = this.kept.get(id);
    if (!found) {
      const spans = this.answer.segments[id] ?? [];
      found = stretches(spans, lengthDm, {
        now: this.now,
        midnight: this.answer.midnight,
        cadence: this.cadence(id, kind),
        dueFrom: this.dueFrom,
      });
      this.kept.set(id, found);
    }
    return found;
  }
}
