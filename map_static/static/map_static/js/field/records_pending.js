// Records as they will be once what is on the tablet has been sent: what was recorded shows at
// once, marked as not sent, until the server's own record takes its place. Pure.

const ON_THE_WAY = new Set(["waiting", "stuck", "held"]);

/** Where a step leads, as cases.transitions has it; what is not here leaves the state as it is. */
const LEADS_TO = {
  accept: "accepted",
  decline: "declined",
  start: "in_progress",
  resume: "dispatched",
  finish: "done",
  verify: "verified",
  rework: "dispatched",
  close: "closed",
  reopen: "accepted",
  claim: "dispatched",
  hand_back: "accepted",
};
/** What can follow a step that was just taken, by the state it led to. */
const NEXT_STEPS = {
  dispatched: ["start"],
  in_progress: ["finish"],
  accepted: [],
  done: [],
  verified: ["close"],
};
/** What a step takes nothing away from; details are corrected until the work is done. */
const ALWAYS = new Set(["note", "confirm"]);
const BEFORE_DONE = new Set(["accepted", "dispatched", "in_progress"]);
const FIELDS = ["category", "description", "whereabouts", "lamp"];

/** Whether the server has yet to take it in. */
export const onTheWay = (operation) => ON_THE_WAY.has(operation.state);

const of = (operations, kinds) =>
  operations.filter((operation) => onTheWay(operation) && kinds.includes(operation.kind));

/**
 * Cases with what is not sent yet: new ones first (`id` null, `key`), steps and edits laid over;
 * `after` are the operations of steps that a further one waits for.
 * @param {object[]} cases as the changes feed gives them
 * @param {object[]} operations as stored, in their order
 */
export function casesNow(cases, operations) {
  const made = of(operations, ["case.report"]).map(({ id, at, body }) => ({
    id: null,
    key: body.key,
    operation: id,
    version: 0,
    state: "reported",
    category: body.category,
    lon: body.lon,
    lat: body.lat,
    description: body.description,
    whereabouts: body.whereabouts,
    lamp: body.lamp,
    due: null,
    due_at: null,
    steps: [],
    reported_at: new Date(at).toISOString(),
    photos: body.photos.length,
    pending: true,
  }));
  const later = of(operations, ["case.step", "case.edit", "case.confirm"]);
  const touched = new Map();
  for (const operation of later) {
    const number = operation.body.case;
    touched.set(number, [...(touched.get(number) ?? []), operation]);
  }
  const known = cases.map((one) => (touched.get(one.id) ?? []).reduce(after, one));
  return [...made, ...known];
}

/** A case after one more operation of this tablet. */
function after(one, { id, kind, body }) {
  // A step waits for the steps before it, and not for an edit that may end in a conflict.
  const steps = kind === "case.step" ? [...(one.after ?? []), id] : one.after;
  const now = { ...one, pending: true, ...(steps && { after: steps }) };
  now.photos = (one.photos ?? 0) + (body.photos?.length ?? 0);
  if (kind === "case.edit") return edited(now, body.changes);
  if (kind === "case.step") return stepped(now, body.step);
  return now;
}

function edited(one, changes) {
  for (const field of FIELDS) if (field in changes) one[field] = changes[field];
  if (changes.place) [one.lon, one.lat] = changes.place;
  return one;
}

function stepped(one, step) {
  const state = LEADS_TO[step];
  if (!state) return one;
  const kept = one.steps.filter((name) => ALWAYS.has(name) || (name === "edit" && BEFORE_DONE.has(state)));
  return { ...one, state, steps: [...(NEXT_STEPS[state] ?? []), ...kept] };
}

/** Lamps with the last sighting that is not sent yet: `seen` "lit" or "dark", `seen_at`, `pending`. */
export function lampsNow(lamps, operations) {
  const seen = new Map();
  for (const { at, body } of of(operations, ["lamp.seen"])) seen.set(body.lamp, { state: body.state, at });
  if (!seen.size) return lamps;
  return lamps.map((lamp) => {
    const found = seen.get(lamp.id);
    if (!found) return lamp;
    return { ...lamp, seen: found.state, seen_at: new Date(found.at).toISOString(), pending: true };
  });
}

/** Visits; those recorded here have `recorded` (the state noted) and are `pending`. */
export function visitsNow(visits, operations) {
  const made = new Map();
  for (const { id, body } of of(operations, ["visit.record"]))
    made.set(body.visit, { state: body.state, operation: id });
  if (!made.size) return visits;
  return visits.map((visit) => {
    const found = made.get(visit.id);
    return found ? { ...visit, recorded: found.state, operation: found.operation, pending: true } : visit;
  });
}

/** Conflicts that nobody decided yet, nor this tablet in what it has still to send. */
export function conflictsNow(conflicts, operations) {
  const decided = new Set(of(operations, ["conflict.decide"]).map(({ body }) => body.conflict));
  return decided.size ? conflicts.filter(({ id }) => !decided.has(id)) : conflicts;
}
