// Where a walk lives on the tablet: its state in `walks`, its fixes in `fixes` batch by batch. What
// was written is on the disk (strict durability) before the promise resolves.
import { STRICT } from "./db.js";

/** Every batch of a patrol, as a range of keys [patrol, n]. */
const batchesOf = (patrol) => IDBKeyRange.bound([patrol, 0], [patrol, Infinity]);

export class WalkStore {
  constructor(db) {
    this.db = db;
  }

  /** The walk that was started and not ended, or null. */
  async unfinished() {
    const walks = await this.db.getAll("walks");
    return walks.find(({ state }) => state !== "ended") ?? null;
  }

  /** The walks that ended, the latest first. */
  async ended() {
    const walks = await this.db.getAll("walks");
    return walks.filter(({ state }) => state === "ended").sort((a, b) => b.endedAt - a.endedAt);
  }

  get(patrol) {
    return this.db.get("walks", patrol);
  }

  async put(walk) {
    const tx = this.db.transaction("walks", "readwrite", STRICT);
    tx.store.put(walk);
    await tx.done;
  }

  /** A batch of fixes together with the walk that counts it. */
  async add(walk, n, fixes) {
    const tx = this.db.transaction(["walks", "fixes"], "readwrite", STRICT);
    tx.objectStore("fixes").put({ patrol: walk.patrol, n, ...fixes });
    tx.objectStore("walks").put(walk);
    await tx.done;
  }

  /** The batches of a walk in order. */
  async batches(patrol) {
    return this.db.getAll("fixes", batchesOf(patrol));
  }

  /** Walks that ended before a time are forgotten. */
  async forget(before) {
    for (const { patrol, endedAt } of await this.ended()) {
      if (endedAt < before) await this.db.delete("walks", patrol);
    }
  }
}

/** What is written with the operation that ends a walk: its end, and no fix any more. */
export function endWith(walk) {
  return {
    stores: ["walks", "fixes"],
    write: (tx) => {
      tx.objectStore("fixes").delete(batchesOf(walk.patrol));
      tx.objectStore("walks").put(walk);
    },
  };
}

/** What is written with any other operation of a walk. */
export const keepWith = (walk) => ({
  stores: ["walks"],
  write: (tx) => tx.objectStore("walks").put(walk),
});
