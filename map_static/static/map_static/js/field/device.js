// The outbox of one member on one tablet, tied to the app.
import { STRICT } from "./db.js";
import { uuid7 } from "./operations.js";
import { Outbox } from "./outbox.js";

/** The outbox's number at the server, made when it is first asked for; `anew`: another one. */
export async function deviceOf(db, now, { anew = false } = {}) {
  const tx = db.transaction("meta", "readwrite", STRICT);
  const kept = await tx.store.get("device");
  const device = (!anew && kept) || uuid7(now());
  if (device !== kept) tx.store.put(device, "device");
  await tx.done;
  return device;
}

const ALLOWED = { in: "", out: "sign_in", other: "other_member" };

/** The app's outbox: sends only what is of the member who is signed in, and tells the screens. */
export function outboxOf(app) {
  const { db, transport, session } = app;
  return new Outbox({
    db,
    transport,
    member: app.member.id,
    now: () => app.now(),
    device: () => app.device(),
    newDevice: () => app.device({ anew: true }),
    allowed: async () => {
      const kind = await session.check();
      return kind === "ok" ? (ALLOWED[session.state] ?? "sign_in") : kind;
    },
    changed: (operations, what = []) => {
      if (operations.length) app.data.put(operations);
      if (what.length) app.data.tell(what);
      app.tell({ operations: operations.map(({ id }) => id) });
    },
  });
}
