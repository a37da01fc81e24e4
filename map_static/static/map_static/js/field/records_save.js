// Recording something: the operation is on the disk before the screen says that it is saved.
import { draftsOf, instead } from "./records_drafts.js";

/**
 * Record an operation and let its draft go, in one transaction. Says so; where it fails
 * the member was told, and the draft is kept.
 * @param {object} app
 * @param {string} kind as the server knows it
 * @param {object} body
 * @param {{draft?: string, after?: string[], photos?: object[], refused?: string, said?: string}} how
 *   `refused` is the operation that this one stands for; `said` the key of the notice.
 * @returns the stored operation, or null where it could not be saved.
 */
export async function save(
  app,
  kind,
  body,
  { draft = null, after = [], photos = [], refused = null, said } = {},
) {
  const drafts = draftsOf(app);
  if (draft) await drafts.settled();
  try {
    const operation = await app.record(kind, body, { after, photos, also: instead(draft, refused) });
    // A form is open until the browser has gone back, and was while this was written.
    if (draft) await drafts.end(draft);
    if (refused) await app.data.again([refused]);
    app.notice(app.words(said ?? "field.rec.saved"), { kind: "good", key: "saved" });
    return operation;
  } catch (error) {
    // The member was told where it was recorded.
    if (error?.code !== "storage_full") console.error(error);
    return null;
  }
}

/** Keep a draft; where that fails, say so: what was filled in is still on the screen. */
export async function keepDraft(app, name, draft) {
  try {
    await draftsOf(app).keep(name, draft);
  } catch (error) {
    const full = error?.code === "storage_full";
    app.notice(app.words(full ? "field.storage_full" : "field.not_saved"), { kind: "error", key: "storage" });
    if (!full) console.error(error);
  }
}
