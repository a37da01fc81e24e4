// Visits that are due on the tablet, and what is noted at a door. Pure.
import { byNearness } from "./records_place.js";
import { answersTo } from "./records_reference.js";

/** The order of the list. */
export const PARTS = ["overdue", "today", "week"];

/** When a visit is due, seen from a day "2026-11-22": a tablet may be offline for days. */
export function partOf(visit, today) {
  if (visit.planned_for < today) return "overdue";
  return visit.planned_for === today ? "today" : "week";
}

/**
 * Visits to make by when they are due, each part nearest first: [{part, visits: [{of, metres}]}].
 * Empty parts are left out; what was recorded on this tablet is no longer due.
 */
export function listed(visits, position, today) {
  const waiting = visits
    .filter((visit) => !visit.recorded)
    .sort((a, b) => a.planned_for.localeCompare(b.planned_for) || a.address.localeCompare(b.address));
  return PARTS.map((part) => ({
    part,
    visits: byNearness(
      waiting.filter((visit) => partOf(visit, today) === part),
      position,
    ),
  })).filter(({ visits: found }) => found.length > 0);
}

/** Visits recorded on this tablet that the server has not answered yet. */
export const recorded = (visits) => visits.filter((visit) => visit.recorded);

/** Whether a time that suits is open: {days: [1 Monday … 7], from: "08:00", to: "10:00"}. */
export function suits(windows, weekday, clock) {
  if (!windows?.length) return true;
  return windows.some(({ days, from, to }) => days.includes(weekday) && from <= clock && clock < to);
}

/** Weekday (1 Monday … 7 Sunday), clock "HH:MM" and day "2026-11-22" of a moment (ms) in a time zone. */
export function localMoment(ms, timeZone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(ms));
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(of.weekday) + 1;
  return { weekday, clock: `${of.hour}:${of.minute}`, day: `${of.year}-${of.month}-${of.day}` };
}

/** An empty draft of a visit. */
export const newVisit = (key, visit) => ({ key, visit: visit.id, answers: {} });

/** Keys of questions that must be answered and are not. */
export const unanswered = (checklist, answers) =>
  checklist.items.filter((item) => item.must && !(item.key in answers)).map((item) => item.key);

/**
 * The body of `visit.record`. Only a visit that was made has answers; answers to questions that
 * the checklist does not ask are left out.
 */
export function visitBody(draft, visit, state, checklist) {
  const asked = new Set(checklist?.items.map((item) => item.key) ?? []);
  const answers =
    state === "done"
      ? Object.fromEntries(Object.entries(draft.answers).filter(([key]) => asked.has(key)))
      : {};
  return { key: draft.key, plan: visit.plan, visit: visit.id, state, answers };
}

/** Questions whose answer calls for something that a case can mend, in the checklist's order. */
export const calling = (reference, checklist, answers) =>
  checklist.items.filter(
    (item) =>
      item.category &&
      answersTo(reference, item).some(({ value, calls }) => calls && value === answers[item.key]),
  );
