import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Clock } from "../../../map_static/static/map_static/js/field/clock.js";
import { openMember, forget } from "../../../map_static/static/map_static/js/field/db.js";
import { record } from "../../../map_static/static/map_static/js/field/operations.js";
import {
  Drafts,
  caseDraft,
  draftsOf,
  dropDraftsOfGone,
  dropOldHomes,
  instead,
  visitDraft,
} from "../../../map_static/static/map_static/js/field/records_drafts.js";
import { keepDraft, save } from "../../../map_static/static/map_static/js/field/records_save.js";

let db;

beforeEach(async () => {
  db = await openMember(7);
});

afterEach(async () => {
  db.close();
  await forget(7);
});

test("a draft is there after a crash: another page reads what was kept", async () => {
  await new Drafts(db).keep("case", { category: "lamp" });
  assert.deepEqual(await new Drafts(db).of("case"), { category: "lamp" });
  assert.equal(await new Drafts(db).of("visit:1"), null);
});

test("of many quick changes the last is kept, and it can be read before it is on the disk", async () => {
  const drafts = new Drafts(db);
  const writes = ["l", "la", "lam", "lamp"].map((text) => drafts.keep("case", { text }));
  assert.deepEqual(await drafts.of("case"), { text: "lamp" });
  await Promise.all(writes);
  assert.deepEqual(await db.get("drafts", "case"), { text: "lamp" });
});

test("a draft thrown away while it is being written stays away", async () => {
  const drafts = new Drafts(db);
  drafts.keep("case", { text: "no" });
  await drafts.drop("case");
  assert.equal(await drafts.of("case"), null);
  assert.equal(await db.get("drafts", "case"), undefined);
});

test("a full disk is told, and the draft can still be kept later", async () => {
  let full = true;
  const put = (...given) => {
    if (full) throw new DOMException("no room", "QuotaExceededError");
    return db.put(...given);
  };
  const drafts = new Drafts({ put, get: (...given) => db.get(...given) });
  await assert.rejects(drafts.keep("case", { text: "much" }), { code: "storage_full" });
  assert.deepEqual(await drafts.of("case"), { text: "much" });
  full = false;
  await drafts.keep("case", { text: "more" });
  assert.deepEqual(await db.get("drafts", "case"), { text: "more" });
});

test("the draft goes with the operation that it became, which marks the refused one", async () => {
  const drafts = new Drafts(db);
  const clock = new Clock();
  const old = await record(db, clock, "lamp.seen", { lamp: 1 });
  await drafts.keep("case", { text: "again" });
  const made = await record(db, clock, "lamp.seen", { lamp: 1 }, { also: instead("case", old.id) });
  assert.equal(await db.get("drafts", "case"), undefined);
  assert.equal((await db.get("operations", old.id)).again, made.id);
});

test("a form that is open while it is saved, and after, leaves no draft; the next one has its own", async () => {
  const clock = new Clock();
  const app = {
    db,
    data: { again: async () => {} },
    words: (key) => key,
    notice: () => {},
    record: (kind, body, options) => record(db, clock, kind, body, options),
  };
  await keepDraft(app, "case", { text: "mine" });
  const saved = save(app, "case.report", {}, { draft: "case" });
  // The device says where it is at any time.
  while (!(await db.count("operations"))) keepDraft(app, "case", { text: "mine", lon: 1 });
  await saved;
  await keepDraft(app, "case", { text: "mine", lon: 2 });
  assert.equal(await draftsOf(app).of("case"), null);
  assert.equal(await db.get("drafts", "case"), undefined);
  await keepDraft(app, "case", { text: "another" });
  assert.deepEqual(await db.get("drafts", "case"), { text: "another" });
});

test("an operation that cannot be stored leaves its draft", async () => {
  const drafts = new Drafts(db);
  await drafts.keep("case", { text: "mine" });
  // A photo under an id that is taken ends the transaction.
  const photo = { id: "same", blob: new Blob(["a"]) };
  await record(db, new Clock(), "case.report", {}, { photos: [photo] });
  await assert.rejects(
    record(db, new Clock(), "case.report", {}, { photos: [photo], also: instead("case") }),
  );
  assert.deepEqual(await db.get("drafts", "case"), { text: "mine" });
  assert.equal(await db.count("operations"), 1);
});

test("reports that began from different things have drafts of their own", () => {
  const names = [
    {},
    { lamp: 3 },
    { visit: "v", category: "lamp" },
    { visit: "v", category: "noise" },
    { again: "o" },
  ];
  assert.equal(new Set(names.map(caseDraft)).size, names.length);
  assert.equal(caseDraft({ category: "lamp" }), caseDraft({}));
});

test("the draft of a visit goes when the household leaves the tablet", async () => {
  const drafts = new Drafts(db);
  for (const name of ["case", visitDraft("stays"), visitDraft("gone")]) await drafts.keep(name, { name });
  await db.put("visits", { id: "stays" });
  await dropDraftsOfGone(db);
  assert.deepEqual(await db.getAllKeys("drafts"), ["case", "visit:stays"]);
});

test("doors of homes leave a tablet that heard nothing for a week, and what was recorded stays", async () => {
  const day = 24 * 3600_000;
  await record(db, new Clock(), "visit.record", { visit: "v1", state: "done", answers: {} });
  await db.put("visits", { id: "v1", address: "1 High Street" });
  await db.put("drafts", { heating: "fine" }, visitDraft("v1"));
  await db.put("meta", "c1", "cursor");
  await db.put("meta", 10 * day, "pulled_at");
  assert.equal(await dropOldHomes(db, 17 * day), false);
  assert.equal(await db.count("visits"), 1);
  assert.equal(await dropOldHomes(db, 17 * day + 1), true);
  assert.deepEqual([await db.count("visits"), await db.count("drafts")], [0, 0]);
  assert.equal(await db.count("operations"), 1);
  // Only the whole of it brings them back.
  assert.equal(await db.get("meta", "cursor"), undefined);
  assert.equal(await dropOldHomes(db, 30 * day), false);
});
