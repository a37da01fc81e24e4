// Drafts of records: kept on the tablet at every change, so that a call, a dead battery or full
// storage costs nothing that was filled in.
import { saving, STRICT } from "./db.js";

/**
 * The name of the draft of a report: a plain one, of which there is one at a time, or one that
 * began from {lamp}, from a {visit} and what of it {category} is to be mended, or {again} from
 * a refused operation.
 */
export function caseDraft({ again, visit, category, lamp } = {}) {
  if (again) return `case:again:${again}`;
  if (visit) return `case:visit:${visit}:${category ?? ""}`;
  if (lamp != null) return `case:lamp:${lamp}`;
  return "case";
}

export const visitDraft = (visit) => `visit:${visit}`;
export const stepDraft = (number, step) => `step:${number}:${step}`;
export const editDraft = (number) => `edit:${number}`;

/** Where drafts are kept: under their names in the store `drafts`. */
export class Drafts {
  #last = new Map();
  #writing = Promise.resolve();
  /** Names whose form was saved and may still be open: what it says after that is no draft. */
  #ended = new Set();

  /** `db` is the member's database (idb). */
  constructor(db) {
    this.db = db;
  }

  /** The draft of a name, for a form that opens; null where there is none. What is still being
   * written is in it. */
  async of(name) {
    this.#ended.delete(name);
    if (this.#last.has(name)) return this.#last.get(name);
    return (await this.db.get("drafts", name)) ?? null;
  }

  /**
   * Keep a draft. Changes that come faster than the disk are written once, the last of them;
   * resolves when this one or a later one is kept. Rejects with StorageFull, and others.
   */
  keep(name, draft) {
    if (this.#ended.has(name)) return Promise.resolve();
    this.#last.set(name, draft);
    const written = this.#writing.then(async () => {
      const newest = this.#last.get(name);
      if (newest === undefined) return;
      await saving(() => this.db.put("drafts", newest, name));
      if (this.#last.get(name) === newest) this.#last.delete(name);
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Resolves when nothing is being written any more. */
  settled() {
    return this.#writing;
  }

  /** Throw a draft away, also one that is still being written. */
  drop(name) {
    this.#last.delete(name);
    const dropped = this.#writing.then(() => this.db.delete("drafts", name));
    this.#writing = dropped.catch(() => {});
    return dropped;
  }

  /** Throw away the draft of what was saved: its form keeps nothing more until one is opened again. */
  end(name) {
    this.#ended.add(name);
    return this.drop(name);
  }
}

/**
 * For app.record's `also`: the draft goes in the transaction that keeps the operation, and the
 * refused operation that it stands for is marked with it (`again`).
 */
export const instead = (name, refused = null) => ({
  stores: ["drafts"],
  write(tx, operation) {
    // What fails here ends the transaction, and whoever records hears of it there.
    settle(tx, operation, name, refused).catch(() => {});
  },
});

async function settle(tx, operation, name, refused) {
  if (name) await tx.objectStore("drafts").delete(name);
  const store = tx.objectStore("operations");
  const old = refused && (await store.get(refused));
  if (old) await store.put({ ...old, again: operation.id });
}

/**
 * Drafts of visits that are no longer on the tablet go: the household withdrew, or is in somebody
 * else's care. Call after a complete pull: in the middle of one not all visits are there.
 */
export async function dropDraftsOfGone(db) {
  const tx = db.transaction(["drafts", "visits"], "readwrite", STRICT);
  const drafts = tx.objectStore("drafts");
  const [visits, names] = await Promise.all([
    tx.objectStore("visits").getAllKeys(),
    drafts.getAllKeys(IDBKeyRange.bound(visitDraft(""), visitDraft("\uffff"))),
  ]);
  const known = new Set(visits.map(visitDraft));
  for (const name of names) if (!known.has(name)) drafts.delete(name);
  await tx.done;
}

/** Doors of homes stay so long on a tablet that hears nothing from the server, in ms. */
const HOMES_MS = 7 * 24 * 3600_000;

/**
 * Doors to visit go from a tablet that last heard from the server a week ago: who lost the cell, or
 * the tablet itself, is not told so without a network. They come again with the next pull; what was
 * recorded at them stays until it is sent. Gives whether they went.
 */
export async function dropOldHomes(db, now) {
  const pulled = await db.get("meta", "pulled_at");
  if (!(now - pulled > HOMES_MS) || !(await db.count("visits"))) return false;
  const tx = db.transaction(["visits", "meta"], "readwrite", STRICT);
  tx.objectStore("visits").clear();
  // Without it the server tells everything again.
  tx.objectStore("meta").delete("cursor");
  await tx.done;
  await dropDraftsOfGone(db);
  return true;
}

const made = new WeakMap();

/** The drafts of the member who is on the tablet: one for each open database. */
export function draftsOf(app) {
  if (!made.has(app.db)) made.set(app.db, new Drafts(app.db));
  return made.get(app.db);
}
