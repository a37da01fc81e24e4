// What the tablet keeps. One database for each member who used it, so that nobody sees or sends what
// another recorded, and a small one that knows who uses it now.
import { deleteDB, openDB } from "idb";

const TABLET = "gridwalk";

/** All of it is there after a power cut: a saying like "saved" waits for such a transaction. */
export const STRICT = Object.freeze({ durability: "strict" });

/** The records that the server sends; they go when the member signs out. */
export const RECORDS = ["packages", "freshness", "cases", "lamps", "visits", "reference", "conflicts"];

/** From each version to the next; what a tablet has on it is never thrown away by an upgrade. */
const UPGRADES = [
  (db) => {
    const operations = db.createObjectStore("operations", { keyPath: "id" });
    operations.createIndex("sequence", "sequence", { unique: true });
    operations.createIndex("state", ["state", "sequence"]);
    const photos = db.createObjectStore("photos", { keyPath: "id" });
    photos.createIndex("state", "state");
    photos.createIndex("operation", "operation");
    db.createObjectStore("packages", { keyPath: "cell" });
    db.createObjectStore("freshness", { keyPath: "cell" });
    db.createObjectStore("cases", { keyPath: "id" });
    db.createObjectStore("lamps", { keyPath: "id" });
    db.createObjectStore("visits", { keyPath: "id" });
    db.createObjectStore("reference");
    db.createObjectStore("conflicts", { keyPath: "id" });
    db.createObjectStore("walks", { keyPath: "patrol" });
    db.createObjectStore("fixes", { keyPath: ["patrol", "n"] });
    db.createObjectStore("drafts");
    db.createObjectStore("meta");
  },
];
export const VERSION = UPGRADES.length;

const nameOf = (member) => `${TABLET}-${member}`;

/**
 * The database of a member.
 *
 * `old()` is called when a newer page in another tab waits for this one: the connection is closed and
 * the page can only be loaded again. `blocked()` when an older page in another tab keeps this one
 * waiting. `lost()` when the browser closed the connection by itself.
 * @returns {Promise<import("idb").IDBPDatabase>}
 */
export function openMember(member, { old = () => {}, blocked = () => {}, lost = () => {} } = {}) {
  return open(nameOf(member), VERSION, { old, blocked, lost }, (db, from) => {
    for (const upgrade of UPGRADES.slice(from)) upgrade(db);
  });
}

/** The database of the tablet: `members` {id, name, last}, `meta` "current", "sign_out_owed". */
export function openTablet(callbacks = {}) {
  return open(TABLET, 1, { old() {}, blocked() {}, lost() {}, ...callbacks }, (db) => {
    db.createObjectStore("members", { keyPath: "id" });
    db.createObjectStore("meta");
  });
}

async function open(name, version, { old, blocked, lost }, upgrade) {
  const db = await openDB(name, version, {
    upgrade,
    blocked,
    blocking() {
      db.close();
      old();
    },
    terminated: lost,
  });
  return db;
}

/** Everything of a member goes from the tablet. */
export const forget = (member, { blocked = () => {} } = {}) => deleteDB(nameOf(member), { blocked });

/** What the server sent goes; what the member recorded and was not taken in yet stays. */
export async function dropRecords(db) {
  const stores = [...RECORDS, "drafts", "operations", "photos", "walks", "meta"];
  const tx = db.transaction(stores, "readwrite", STRICT);
  for (const store of RECORDS) tx.objectStore(store).clear();
  tx.objectStore("drafts").clear();
  // What tells how far all that had been fetched.
  for (const key of ["cursor", "reference", "pulled_at"]) tx.objectStore("meta").delete(key);
  for await (const cursor of tx.objectStore("operations")) {
    if (isDelivered(cursor.value)) cursor.delete();
  }
  for await (const cursor of tx.objectStore("photos")) {
    const { state } = cursor.value;
    if (state === "delivered" || state === "refused") cursor.delete();
  }
  for await (const cursor of tx.objectStore("walks")) {
    if (cursor.value.state === "ended") cursor.delete();
  }
  await tx.done;
}

/** Whether the server has it, in whatever state: it is never sent again. */
export const isDelivered = ({ state }) => state !== "waiting" && state !== "stuck";

/** The tablet has no room: nothing was saved, and whoever called still has what was to be saved. */
export class StorageFull extends Error {
  constructor(cause) {
    super("The tablet's storage is full.", { cause });
    this.code = "storage_full";
  }
}

/** Runs what writes; a full disk becomes StorageFull. */
export async function saving(work) {
  try {
    return await work();
  } catch (error) {
    throw isFull(error) ? new StorageFull(error) : error;
  }
}

function isFull(error) {
  const names = [error?.name, error?.cause?.name, error?.inner?.name];
  return names.includes("QuotaExceededError");
}
