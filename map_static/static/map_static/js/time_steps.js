// Days of the calendar that time is played over. Pure; runs in Node's tests too.
// A range is {to, over}: the `over` days up to and with the day `to`; its places are 0..over-1.
import { dayBefore } from "./series.js";

/** How many days one step goes, and how many are played over: twelve weeks, or four by days. */
export const LENGTHS = {
  day: { by: 1, over: 28 },
  week: { by: 7, over: 84 },
};

/** The range that ends today, or on the day that is looked at where today's does not hold it. */
export function rangeOf({ day, step }, today) {
  const { over } = LENGTHS[step];
  return { to: day && day < dayBefore(today, over - 1) ? day : today, over };
}

export const dayAt = ({ to, over }, place) => dayBefore(to, over - 1 - place);

/** The place of a day in a range, the nearest one for a day outside of it. */
export function placeOf({ to, over }, day) {
  const back = Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${day}T00:00Z`)) / 86_400_000);
  return Math.min(Math.max(over - 1 - back, 0), over - 1);
}

/** The nearest place that is a whole number of steps before the last one. */
export function onStep({ over }, step, place) {
  const { by } = LENGTHS[step];
  const last = over - 1;
  const back = Math.round((last - place) / by) * by;
  return Math.max(last - back, last % by);
}

/** So many steps further on (negative: back), on a step, and never out of the range. */
export function stepped(range, step, place, steps) {
  const { by } = LENGTHS[step];
  const last = range.over - 1;
  // From between two steps the next one is the first that lies that way.
  const exact = (last - place) / by;
  const from = steps > 0 ? Math.ceil(exact) : Math.floor(exact);
  return Math.min(Math.max(last - (from - steps) * by, last % by), last);
}

/** Where playing goes on from here: from the first step when it stands on the last. */
export const firstPlayed = (range, step, place) =>
  place >= range.over - 1 ? onStep(range, step, 0) : place;

/** Every `by`th of the sums of `series/` asked for `by` days each, the last one last. */
export function barsOf(sums, by) {
  return sums.filter((_sum, nth) => (sums.length - 1 - nth) % by === 0);
}
