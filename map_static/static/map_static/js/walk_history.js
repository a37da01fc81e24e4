// Freshness on any day of some weeks, from one answer of /api/v1/history/. Pure; runs in Node's
// tests too. Times are Unix seconds, positions decimetres from the segment's first vertex.
import { stretches } from "./freshness.js";

const HOUR = 3600;
const DAY = 86_400;

/**
 * What was walked last at each metre: [start_dm, end_dm, hour] sorted and disjoint, of `events` in
 * order of time (an hour for the whole segment, [hour, start_dm, end_dm] for a part of it) with
 * hours in [from, before).
 */
export function lastWalks(events, lengthDm, from, before) {
  let spans = [];
  for (const event of events) {
    const [hour, start, end] = typeof event === "number" ? [event, 0, lengthDm] : event;
    if (hour >= before) break;
    if (hour >= from) spans = laidOver(spans, [start, end, hour]);
  }
  return spans;
}

function laidOver(spans, [start, end, hour]) {
  const kept = [];
  for (const [from, to, at] of spans) {
    if (from < start) kept.push([from, Math.min(to, start), at]);
    if (to > end) kept.push([Math.max(from, end), to, at]);
  }
  kept.push([start, end, hour]);
  return kept.sort((a, b) => a[0] - b[0]);
}

/** The walks of one community over a range of days. */
export class WalkHistory {
  #frames = new Map();

  /** `dueFrom`: from which share of its cadence on a metre is due. */
  constructor(answer, { dueFrom }) {
    this.answer = answer;
    this.dueFrom = dueFrom;
  }

  /** Freshness as of the end of the range's nth day: what js/freshness.js has of one day. */
  at(nth) {
    let found = this.#frames.get(nth);
    if (!found) {
      // A frame is cheap to work out again; kept ones are for playing on and for tiles.
      if (this.#frames.size >= 3) this.#frames.clear();
      found = new Frame(this, nth);
      this.#frames.set(nth, found);
    }
    return found;
  }
}

class Frame {
  #kept = new Map();

  constructor({ answer, dueFrom }, nth) {
    const { base, days, midnights, cadence, own_cadence: own, serverNow = Infinity } = answer;
    this.answer = answer;
    this.own = own;
    this.cadence = cadence;
    // Today is looked at while it lasts.
    const now = Math.min(midnights[nth + 1], serverNow);
    this.terms = { now, midnight: midnights[nth], dueFrom };
    this.from = (this.terms.now - days * DAY - base) / HOUR;
    this.before = (this.terms.now - base) / HOUR;
  }

  /** The stretches of a segment; the same object each time. */
  of(id, kind, lengthDm) {
    let found = this.#kept.get(id);
    if (!found) {
      const { base, segments } = this.answer;
      const spans = lastWalks(segments[id] ?? [], lengthDm, this.from, this.before);
      const timed = spans.map(([start, end, hour]) => [start, end, base + hour * HOUR]);
      const cadence = this.own[id] ?? this.cadence[kind] ?? 7;
      found = stretches(timed, lengthDm, { ...this.terms, cadence });
      this.#kept.set(id, found);
    }
    return found;
  }
}
