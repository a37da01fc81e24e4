// What the member does, as operations: made here with an id and a number of their own, and on the
// tablet's disk before anybody is told that they are saved.
import { offsetAt } from "./clock.js";
import { saving, STRICT } from "./db.js";

let lastTime = 0;
let lastCount = 0;

/**
 * A UUIDv7 (RFC 9562): ms since 1970, then a counter of 12 bits so that ids made within one
 * millisecond, or after a clock went back, are still in order.
 * @param {number} ms
 * @param {(bytes: Uint8Array) => Uint8Array} random
 */
export function uuid7(ms, random = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = random(new Uint8Array(16));
  if (ms > lastTime) {
    lastTime = ms;
    // Half of the counter's room is left for what follows within this millisecond.
    lastCount = ((bytes[6] & 0x07) << 8) | bytes[7];
  } else if (++lastCount > 0xfff) {
    lastTime += 1;
    lastCount = 0;
  }
  let time = lastTime;
  for (let i = 5; i >= 0; i -= 1) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (lastCount >> 8);
  bytes[7] = lastCount & 0xff;
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** SHA-256 of a blob in hex. Pages that are neither https nor localhost have no such function. */
export async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The photo as it is stored; what is missing is worked out. */
async function described(photo, now) {
  const { blob } = photo;
  return {
    id: photo.id ?? uuid7(now),
    blob,
    sha256: photo.sha256 ?? (await sha256(blob)),
    bytes: blob.size,
    type: photo.type ?? (blob.type || "image/jpeg"),
    sent: 0,
    state: "waiting",
  };
}

/** What a photo is announced with in an operation's body. */
const announced = ({ id, sha256: digest, bytes, type }) => ({ id, sha256: digest, bytes, type });

/**
 * Record one operation, with its photos, in one transaction that is on the disk when this resolves.
 *
 * @param {import("idb").IDBPDatabase} db
 * @param {import("./clock.js").Clock} clock
 * @param {string} kind like "case.report"
 * @param {Object} body what sync's contract says for that kind
 * @param {{after?: string[], photos?: {id?: string, blob: Blob}[],
 *   also?: {stores: string[], write: (tx, operation) => void}}} options
 *   `after`: ids of operations that must be taken in before; `also`: what changes with it or not at
 *   all.
 * @returns the operation as stored; @throws StorageFull and then nothing is changed
 */
export async function record(db, clock, kind, body, { after = [], photos = [], also = null } = {}) {
  const at = clock.now();
  const kept = await Promise.all(photos.map((photo) => described(photo, at)));
  const told = kept.length && !body.photos ? { ...body, photos: kept.map(announced) } : body;
  const operation = {
    id: uuid7(at),
    sequence: 0,
    kind,
    at,
    offset: offsetAt(at),
    after,
    body: told,
    state: "waiting",
    code: "",
    message: "",
    fields: {},
    result: {},
    photos: kept.map(({ id }) => id),
  };
  const stores = [...new Set(["operations", "photos", "meta", ...(also?.stores ?? [])])];
  return saving(async () => {
    const tx = db.transaction(stores, "readwrite", STRICT);
    try {
      const meta = tx.objectStore("meta");
      operation.sequence = ((await meta.get("sequence")) ?? 0) + 1;
      const more = also?.write(tx, operation);
      const writing = [
        meta.put(operation.sequence, "sequence"),
        tx.objectStore("operations").add(operation),
        ...kept.map((photo) => tx.objectStore("photos").add({ ...photo, operation: operation.id })),
      ];
      await Promise.all([...writing, more, tx.done]);
    } catch (error) {
      abort(tx);
      throw error;
    }
    return operation;
  });
}

/** A write that failed has ended the transaction already; one that was refused has not. */
function abort(tx) {
  tx.done.catch(() => {});
  try {
    tx.abort();
  } catch {
    // Ended by itself.
  }
}

/** The part of a stored operation that goes over the wire, always the same bytes. */
export function wire({ id, sequence, kind, at, offset, after, body }) {
  return { id, sequence, kind, at, offset, after, body };
}
