// What changed at the server, written down page by page: a page and its cursor in one transaction,
// so that a tablet that is switched off in the middle goes on where it was.
import { answeredBy } from "./answers.js";
import { saving, STRICT } from "./db.js";

const KINDS = ["cases", "lamps", "visits"];
/** A server that always has more would keep the tablet asking. */
const MOST_PAGES = 500;

/**
 * Fetch and apply all changes, then the packages that they name.
 * @param {{db, transport, device: () => Promise<string>, changed: (what: string[], operations?:
 *   Object[]) => Promise<void>|void, now: () => number}} parts
 * @returns "" when all is there, also for the screens; else an outcome's kind
 */
export async function pull(parts) {
  const { db, transport, device, changed } = parts;
  const what = new Set();
  try {
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const cursor = (await db.get("meta", "cursor")) ?? "";
      let outcome = await transport.changes(await device(), cursor);
      if (outcome.kind === "refused" && outcome.code === "bad_cursor" && cursor) {
        // Not ours any more: everything anew.
        outcome = await transport.changes(await device(), "");
      }
      if (outcome.kind !== "ok") return outcome.kind;
      const { body } = outcome;
      for (const kind of await applyPage(parts, body)) what.add(kind);
      if (!body.more) {
        // What names the rest is small and comes first.
        const problem = await fetchReference(parts, body, what);
        return (await fetchGround(parts, body, what)) || problem;
      }
    }
    return "fault";
  } finally {
    if (what.size) await changed([...what]);
  }
}

/** One page, in one transaction with its cursor; gives what it changed. */
async function applyPage({ db, changed, now }, body) {
  const { changes = {}, reset, cursor, more } = body;
  const what = new Set();
  const operations = [];
  await saving(async () => {
    const stores = [...KINDS, "conflicts", "operations", "photos", "meta"];
    const tx = db.transaction(stores, "readwrite", STRICT);
    const at = (store) => tx.objectStore(store);
    if (reset) {
      for (const kind of [...KINDS, "conflicts"]) {
        at(kind).clear();
        what.add(kind);
      }
    }
    for (const kind of KINDS) {
      const { put = [], gone = [] } = changes[kind] ?? {};
      // An answer may name the same record in both: what is put stands.
      for (const id of gone) at(kind).delete(id);
      for (const record of put) at(kind).put(record);
      if (put.length || gone.length) what.add(kind);
    }
    if (changes.conflicts) {
      if (!more) at("conflicts").clear();
      for (const conflict of changes.conflicts) at("conflicts").put(conflict);
      what.add("conflicts");
    }
    for (const answer of changes.operations ?? []) {
      const operation = await at("operations").get(answer.id);
      // What waits is sent again and answered itself.
      if (!operation || operation.state === "waiting" || operation.state === "stuck") continue;
      const decided = answeredBy(operation, answer, now());
      at("operations").put(decided);
      operations.push(decided);
    }
    for (const id of changes.photos_wanted ?? []) {
      const photo = await at("photos").get(id);
      if (photo?.state !== "delivered" && photo?.state !== "failed") continue;
      at("photos").put({ ...photo, state: "waiting", sent: 0 });
      what.add("photos");
    }
    at("meta").put(cursor, "cursor");
    await tx.done;
  });
  if (operations.length) await changed(["operations"], operations);
  return what;
}

/** Packages and freshness as the last page names them; those of other cells go. */
async function fetchGround({ db, transport }, { changes = {} }, what) {
  let first = "";
  for (const [store, address] of [
    ["packages", ({ cell, version }) => `packages/${cell}/?v=${encodeURIComponent(version)}`],
    ["freshness", ({ cell }) => `freshness/${cell}/`],
  ]) {
    const wanted = changes[store];
    if (!wanted) continue;
    first ||= await keepVersions({ db, transport, store, address, wanted, what });
  }
  return first;
}

async function keepVersions({ db, transport, store, address, wanted, what }) {
  const own = new Set(wanted.map(({ cell }) => cell));
  const had = new Map();
  const tx = db.transaction(store, "readwrite", STRICT);
  for await (const cursor of tx.store) {
    const { cell, version } = cursor.value;
    if (own.has(cell)) had.set(cell, version);
    else {
      cursor.delete();
      what.add(store);
    }
  }
  await tx.done;
  let first = "";
  for (const each of wanted) {
    if (had.get(each.cell) === each.version) continue;
    const outcome = await transport.fetched(address(each));
    // A cell taken away since the list was made: the next pull says so.
    if (outcome.kind === "refused" && outcome.status === 404) continue;
    // A cell that the server cannot give now must not keep the others from coming.
    if (outcome.kind === "fault" || outcome.kind === "refused") {
      first ||= outcome.kind;
      continue;
    }
    if (outcome.kind !== "ok") return outcome.kind;
    const row = { cell: each.cell, version: each.version, content: outcome.body };
    await saving(() => db.put(store, row));
    what.add(store);
  }
  return first;
}

async function fetchReference({ db, transport }, { changes = {} }, what) {
  const { reference } = changes;
  if (!reference || (await db.get("meta", "reference")) === reference) return "";
  const outcome = await transport.fetched("reference/");
  if (outcome.kind !== "ok") return outcome.kind;
  const tx = db.transaction(["reference", "meta"], "readwrite", STRICT);
  tx.objectStore("reference").put(outcome.body, "reference");
  tx.objectStore("meta").put(reference, "reference");
  await tx.done;
  what.add("reference");
  return "";
}
