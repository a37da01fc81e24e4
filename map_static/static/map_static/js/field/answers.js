// What stays on the tablet of an operation that the server answered.

/** Of these kinds only so much of the body stays when they were taken in. */
const KEPT = { "patrol.fixes": ["patrol", "part"], "visit.record": ["key", "plan", "visit", "state"] };
/** The household takes part no longer: the server kept nothing, and so does the tablet. */
const FORGOTTEN = new Set(["household_gone", "consent_withdrawn"]);

/**
 * A stored operation with the server's answer in it. Where somebody walked, and what a household
 * answered, is kept on the tablet no longer than needed.
 */
export function answeredBy(operation, answer, now) {
  const { state, code = "", message = "", fields = {}, result = {} } = answer;
  const taken = { ...operation, state, code, message, fields, result, answered: now };
  const done = state === "applied" || state === "already_applied";
  const kept = (done || FORGOTTEN.has(code)) && KEPT[operation.kind];
  if (kept) taken.body = Object.fromEntries(kept.map((name) => [name, operation.body[name]]));
  return taken;
}
