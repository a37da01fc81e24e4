// The tablet's room: whether the browser promises to keep what is in it, how much is left, and
// whether something went missing.
import { saving } from "./db.js";

const COOKIE = "gridwalk_field";
const YEAR = 365 * 24 * 3600;
/** An applied operation is kept so long for the list of what was sent, its photo too, in ms. */
const KEPT_MS = 7 * 24 * 3600_000;

/** Asks the browser not to evict; gives "kept", "may_go" or "unknown" where it does not say. */
export async function askToKeep(storage = navigator.storage) {
  if (!storage?.persist) return "unknown";
  try {
    return (await storage.persisted()) || (await storage.persist()) ? "kept" : "may_go";
  } catch {
    return "unknown";
  }
}

/** {used, most} in bytes, or null where the browser does not say. */
export async function room(storage = navigator.storage) {
  try {
    const { usage, quota } = await storage.estimate();
    return { used: usage, most: quota };
  } catch {
    return null;
  }
}

/**
 * A note in a second place, which a browser that evicts does not clear with the first: a cookie of
 * the member's number and how much waited. Without it nobody could know that something is missing.
 */
export function noteKept(member, unsent, doc = document) {
  const secure = globalThis.location?.protocol === "https:" ? ";secure" : "";
  doc.cookie = `${COOKIE}=${member}.${unsent};path=/field/;max-age=${YEAR};samesite=strict${secure}`;
}

export function forgetKept(doc = document) {
  doc.cookie = `${COOKIE}=;path=/field/;max-age=0;samesite=strict`;
}

/** What the note says: {member, unsent}, or null. */
export function readKept(doc = document) {
  const [, member, unsent] = new RegExp(`(?:^|; )${COOKIE}=(\\d+)\\.(\\d+)`).exec(doc.cookie) ?? [];
  return member ? { member: Number(member), unsent: Number(unsent) } : null;
}

/** Drops what was sent and is only history: applied operations and pictures of a week ago. */
export async function prune(db, now) {
  const gone = now - KEPT_MS;
  const tx = db.transaction(["operations", "photos"], "readwrite");
  for await (const cursor of tx.objectStore("operations")) {
    const { state, answered = now } = cursor.value;
    if ((state === "applied" || state === "already_applied") && answered < gone) cursor.delete();
  }
  for await (const cursor of tx.objectStore("photos")) {
    const { state, changed = now } = cursor.value;
    if (state === "delivered" && changed < gone) cursor.delete();
  }
  await tx.done;
}

/** A draft: kept at each change until it is recorded; `null` takes it away. */
export function keepDraft(db, key, draft) {
  return saving(() => (draft === null ? db.delete("drafts", key) : db.put("drafts", draft, key)));
}
