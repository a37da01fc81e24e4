// What became of everything that was recorded on the tablet. Pure.

/** In the order of the list: what asks for somebody first. */
export const STATES = ["rejected", "conflict", "waiting", "held", "delivered"];
const SHOWN_AS = {
  applied: "delivered",
  already_applied: "delivered",
  discarded: "delivered",
  stuck: "waiting",
};
/** Of the patrols' own kinds, one entry tells all. */
const ONE_PATROL = /^patrol\./;

/** The state an operation is listed under. */
export const shownState = (operation) => SHOWN_AS[operation.state] ?? operation.state;

/**
 * Entries for the list, newest first: one for each operation, one for each patrol with all its
 * parts. {id, kind, state, at, operations, photos: {all, sent, lost}, share 0..1}.
 */
export function entries(operations, photos = []) {
  const found = new Map();
  for (const operation of operations) {
    const patrol = ONE_PATROL.test(operation.kind) ? operation.body.patrol : null;
    const id = patrol === null ? operation.id : `patrol:${patrol}`;
    const entry = found.get(id) ?? { id, kind: patrol === null ? operation.kind : "patrol", operations: [] };
    entry.operations.push(operation);
    found.set(id, entry);
  }
  const photosOf = new Map();
  for (const photo of photos) {
    if (photosOf.has(photo.operation)) photosOf.get(photo.operation).push(photo);
    else photosOf.set(photo.operation, [photo]);
  }
  return [...found.values()].map((entry) => completed(entry, photosOf)).sort((a, b) => b.at - a.at);
}

function completed(entry, photosOf) {
  const own = entry.operations.flatMap((one) => photosOf.get(one.id) ?? []);
  const states = entry.operations.map(shownState);
  return {
    ...entry,
    at: Math.max(...entry.operations.map((one) => one.at)),
    state: STATES.find((state) => states.includes(state)) ?? "waiting",
    photos: { all: own.length, sent: own.filter(isSent).length, lost: own.filter(isLost).length },
    share: shareSent(own),
  };
}

/** Whether the server has the whole photo. */
export const isSent = (photo) => photo.state === "delivered";

/** Whether the server will not take the photo: no picture for it, or one it does not wait for. */
export const isLost = (photo) => photo.state === "refused" || photo.state === "failed";

/** How much of these photos is on the server, 0..1; 1 where there are none. */
export function shareSent(photos) {
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes, 0);
  if (!bytes) return 1;
  return photos.reduce((sum, photo) => sum + (isSent(photo) ? photo.bytes : photo.sent), 0) / bytes;
}

/** The list in its parts: [{state, entries}]. What was left to the office is delivered. */
export function parts(found) {
  const place = (entry) =>
    entry.state === "rejected" && entry.operations.every(left) ? "delivered" : entry.state;
  return STATES.map((state) => ({ state, entries: found.filter((entry) => place(entry) === state) })).filter(
    (part) => part.entries.length > 0,
  );
}

/** Refused, and dealt with on the tablet: left to the office, or sent again another way. */
const left = (operation) =>
  operation.state !== "rejected" || operation.left === true || Boolean(operation.again);

/** What asks for somebody: refused and not dealt with, or in conflict. */
export const asking = (operations, conflicts) =>
  operations.filter((one) => one.state === "rejected" && !left(one)).length + conflicts.length;

/** The household takes part no longer: of such a visit nothing is kept, here and at the office. */
const NOTHING_KEPT = new Set(["household_gone", "consent_withdrawn"]);
export const isForgotten = ({ code }) => NOTHING_KEPT.has(code);

/** Which screen mends a refused operation, with its params; null where only the office can. */
export function mendedBy(operation) {
  const { kind, body } = operation;
  if (isForgotten(operation)) return null;
  if (kind === "case.report") return { screen: "case", params: { again: operation.id } };
  if (kind === "visit.record") return { screen: "visit", params: { visit: body.visit, again: operation.id } };
  if (kind === "lamp.seen") return { screen: "lamp", params: { lamp: body.lamp, again: operation.id } };
  if (kind.startsWith("case."))
    return { screen: "case_view", params: { case: body.case, again: operation.id } };
  return null;
}

/** The conflicts of an entry's operations, and with null those that another tablet sent. */
export function conflictsOf(entry, conflicts, operations) {
  const known = new Set((entry ? entry.operations : operations).map(({ id }) => id));
  return conflicts.filter(({ operation }) => known.has(operation) === (entry !== null));
}
