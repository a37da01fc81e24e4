// Photos go after the records that announce them, in parts, from where the server's copy ends.
import { STRICT } from "./db.js";

export const PART_BYTES = 512 * 1024;
/** So often the server may find its bytes broken, or want others than the tablet has. */
const PATIENCE = 3;
/** What the server says of a part where it expects another. */
const ANEW = new Set(["wrong_offset", "photo_broken"]);
/** What the server says of a photo that it will never take. */
const REFUSED = new Set(["bad_photo", "too_large"]);

/** Send every photo that waits and whose record is at the server; "" or what stands in the way. */
export async function sendPhotos(outbox) {
  const { db } = outbox;
  for (const id of await db.getAllKeysFromIndex("photos", "state", "waiting")) {
    const photo = await db.get("photos", id);
    const record = await db.get("operations", photo.operation);
    if (record && (record.state === "waiting" || record.state === "stuck")) continue;
    const problem = await sendPhoto(outbox, photo);
    if (problem) return problem;
  }
  return "";
}

async function sendPhoto(outbox, photo) {
  const { transport } = outbox;
  let vain = 0;
  let asked = await transport.photo(photo.id);
  for (;;) {
    if (asked.kind !== "ok") {
      const next = await afterFailure(outbox, photo, asked);
      if (next.problem !== undefined) return next.problem;
      if (++vain >= PATIENCE) return keep(outbox, photo, { state: "failed", code: asked.code });
      asked = next.asked;
      continue;
    }
    const { state, received = 0 } = asked.body;
    if (state === "complete") return keep(outbox, photo, { state: "delivered", sent: photo.bytes });
    if (state === "refused") return keep(outbox, photo, { state: "refused", code: "bad_photo" });
    if (state === "unknown") return keep(outbox, photo, { state: "failed", code: "unknown_photo" });
    if (received !== photo.sent) await keep(outbox, photo, { sent: received });
    const part = photo.blob.slice(received, received + PART_BYTES);
    asked = await transport.photoPart(photo.id, received, part);
  }
}

/** Go on from where the server is, give the photo up, or stop for now. */
async function afterFailure(outbox, photo, { kind, code }) {
  if (ANEW.has(code)) return { asked: await outbox.transport.photo(photo.id) };
  if (REFUSED.has(code)) return { problem: await keep(outbox, photo, { state: "refused", code }) };
  // Any other refusal is about this photo alone: it is kept, shown, and the others go on.
  if (kind === "refused") return { problem: await keep(outbox, photo, { state: "failed", code }) };
  return { problem: kind };
}

/** Note what became of a photo; the picture itself stays until it is pruned or sent again. */
async function keep(outbox, photo, change) {
  Object.assign(photo, change, { changed: outbox.now() });
  const tx = outbox.db.transaction("photos", "readwrite", STRICT);
  tx.store.put(photo);
  await tx.done;
  outbox.changed([], ["photos"]);
  if (change.state) await outbox.recount();
  return "";
}
