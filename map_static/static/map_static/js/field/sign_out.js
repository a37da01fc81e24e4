// Signing out on a tablet that others use, too: everything is sent first; what cannot be sent stays
// under its member, and nobody else sees it or sends it.
import { dropRecords, forget } from "./db.js";
import { forgetKept } from "./storage.js";

/** So long it is tried to send what waits, in ms. */
const PATIENCE_MS = 20_000;

/** Try to send all; gives how much is left: operations and photos. */
export async function sendBeforeLeaving({ outbox }, patience = PATIENCE_MS) {
  const late = new Promise((resolve) => setTimeout(resolve, patience));
  await Promise.race([outbox.flush({ wait: true }), late]);
  await outbox.recount();
  return outbox.unsent + outbox.photosUnsent;
}

/**
 * Sign out. With nothing left to send, everything of the member goes from the tablet; else only what
 * the server sent (homes, cases, lamps, streets) goes and the unsent stays.
 */
export async function leave(app) {
  const { db, member, outbox, session } = app;
  outbox.stop();
  await outbox.recount();
  const kept = outbox.unsent + outbox.photosUnsent > 0;
  await session.noteUnsent(outbox.unsent + outbox.photosUnsent);
  if (kept) await dropRecords(db);
  db.close();
  if (!kept) {
    await forget(member.id);
    forgetKept();
  }
  await session.signOut({ kept });
  app.tell({ session: true });
  location.replace("/field/");
}
