// The clock, ids, storing, pulling and who is on the tablet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeServer, fakeTablet } from "./fake_tablet.js";
import { FieldData } from "../../../map_static/static/map_static/js/field/app_data.js";
import { Clock } from "../../../map_static/static/map_static/js/field/clock.js";
import { dropRecords, StorageFull } from "../../../map_static/static/map_static/js/field/db.js";
import { record, uuid7 } from "../../../map_static/static/map_static/js/field/operations.js";
import { pull } from "../../../map_static/static/map_static/js/field/pull.js";
import { Session } from "../../../map_static/static/map_static/js/field/session.js";
import {
  noteKept,
  prune,
  readKept,
} from "../../../map_static/static/map_static/js/field/storage.js";
import { outcomeOf } from "../../../map_static/static/map_static/js/field/transport.js";
import { makeSay, makeWords } from "../../../map_static/static/map_static/js/field/words.js";

/** A wall clock and a counter that a test moves. */
function times(wall = 1_000_000) {
  const now = { wall, counter: 0 };
  const pass = (ms) => {
    now.wall += ms;
    now.counter += ms;
  };
  return { now, pass, wall: () => now.wall, counter: () => now.counter };
}

test("the time line does not follow a wall clock that is set", () => {
  const { now, pass, ...both } = times();
  const clock = new Clock(both);
  pass(1000);
  now.wall += 10 * 365 * 24 * 3600_000;
  assert.equal(clock.now(), 1_001_000);
  pass(500);
  now.wall -= 20 * 365 * 24 * 3600_000;
  pass(500);
  assert.equal(clock.now(), 1_002_000);
  assert.equal(clock.leaps.length, 2);
});

test("a leap forward while nobody saw the page is sleep", () => {
  const { now, pass, ...both } = times();
  const clock = new Clock(both);
  pass(1000);
  clock.hidden();
  now.wall += 3600_000;
  clock.seen();
  assert.equal(clock.now(), 1_001_000 + 3600_000);
  assert.equal(clock.ahead, 0);
});

test("after a reload the line goes on, also where the wall clock had been set", () => {
  const { now, pass, ...both } = times();
  const clock = new Clock(both);
  now.wall += 50_000;
  pass(1000);
  const kept = clock.toKeep();
  pass(2000);
  const next = new Clock({ ...both, kept });
  assert.equal(next.now(), 1_003_000);
  // Set right again while the page was closed: never before what was already recorded.
  const later = next.toKeep();
  now.wall -= 50_000;
  assert.ok(new Clock({ ...both, kept: later }).now() >= later.last);
});

test("ids are in order within a millisecond and after a clock that went back", () => {
  const ids = [5000, 5000, 5000, 4000, 4000, 5001].map((ms) => uuid7(ms + 1e12));
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const many = Array.from({ length: 10_000 }, () => uuid7(2e12));
  assert.deepEqual([...many].sort(), many);
});

test("numbers have no gap and no double, however many are recorded at once", async () => {
  const tablet = await fakeTablet(fakeServer());
  await Promise.all(Array.from({ length: 30 }, (_n, lamp) => tablet.record("lamp.seen", { lamp })));
  const rows = await tablet.db.getAllFromIndex("operations", "sequence");
  assert.deepEqual(rows.map(({ sequence }) => sequence), Array.from({ length: 30 }, (_n, i) => i + 1));
});

test("no room: nothing is half saved, the caller is told, and the next one fits", async () => {
  const tablet = await fakeTablet(fakeServer());
  const { db, clock } = tablet;
  const full = Object.assign(new Error("full"), { name: "QuotaExceededError" });
  const also = {
    stores: ["drafts"],
    write: () => {
      throw full;
    },
  };
  const photos = [{ blob: new Blob(["x"]) }];
  await assert.rejects(record(db, clock, "case.report", {}, { photos, also }), StorageFull);
  assert.equal(await db.count("operations"), 0);
  assert.equal(await db.count("photos"), 0);
  const next = await record(db, clock, "case.report", {});
  assert.equal(next.sequence, 1);
});

test("what changes with an operation is there with it", async () => {
  const { db, clock } = await fakeTablet(fakeServer());
  const also = { stores: ["walks"], write: (tx) => tx.objectStore("walks").put({ patrol: "p" }) };
  await record(db, clock, "patrol.start", { patrol: "p" }, { also });
  assert.deepEqual(await db.get("walks", "p"), { patrol: "p" });
});

const pulled = (tablet, what = []) =>
  pull({
    db: tablet.db,
    transport: tablet.transport,
    device: tablet.device,
    now: () => 5,
    changed: (names) => what.push(...names),
  });

test("changes are applied page by page; what is gone goes, what is put stands", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.session.check();
  const lamps = { put: [{ id: 1 }, { id: 2 }], gone: [] };
  server.changes = [
    { cursor: "a", reset: true, more: true, changes: { lamps } },
    { after: "a", cursor: "b", changes: { cases: { put: [{ id: 7 }], gone: [] } } },
    { after: "b", cursor: "c", changes: { lamps: { put: [{ id: 2 }], gone: [1, 2] }, cases: { put: [], gone: [7] } } },
  ];
  assert.equal(await pulled(tablet), "");
  assert.deepEqual((await tablet.db.getAll("lamps")).map(({ id }) => id), [1, 2]);
  assert.equal(await tablet.db.count("cases"), 1);
  assert.equal(await pulled(tablet), "");
  assert.deepEqual((await tablet.db.getAll("lamps")).map(({ id }) => id), [2]);
  assert.equal(await tablet.db.count("cases"), 0);
  assert.equal(await tablet.db.get("meta", "cursor"), "c");
});

test("a reset replaces all but unsent work; a cursor that is no longer known begins anew", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.db.put("cases", { id: 1 });
  await tablet.db.put("meta", "ancient", "cursor");
  await tablet.record("lamp.seen", { lamp: 1 });
  server.changes = [{ cursor: "z", reset: true, changes: { cases: { put: [{ id: 2 }], gone: [] } } }];
  assert.equal(await pulled(tablet), "");
  assert.deepEqual((await tablet.db.getAll("cases")).map(({ id }) => id), [2]);
  assert.equal(await tablet.db.count("operations"), 1);
});

test("a cursor that is refused between two pages begins anew, and nothing old stays", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.db.put("cases", { id: 9 });
  await tablet.db.put("meta", "a", "cursor");
  server.changes = [
    { after: "a", cursor: "b", more: true, changes: { cases: { put: [{ id: 8 }] } } },
    { cursor: "c", reset: true, changes: { cases: { put: [{ id: 1 }] } } },
  ];
  assert.equal(await pulled(tablet), "");
  assert.deepEqual(await tablet.db.getAllKeys("cases"), [1]);
});

test("packages are fetched by version, those of other cells go", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.db.put("packages", { cell: "old", version: "1", content: {} });
  await tablet.db.put("packages", { cell: "a", version: "1", content: { kept: true } });
  server.resources = {
    "packages/b/?v=2": { format: 1, cell: { code: "b" } },
    "freshness/a/": { cell: "a", segments: {} },
    "reference/": { version: "r1" },
  };
  const packages = [{ cell: "a", version: "1" }, { cell: "b", version: "2" }];
  server.changes = [{ cursor: "x", changes: { packages, freshness: [{ cell: "a", version: "f" }], reference: "r1" } }];
  const what = [];
  assert.equal(await pulled(tablet, what), "");
  const rows = await tablet.db.getAll("packages");
  assert.deepEqual(rows.map(({ cell, version }) => [cell, version]), [["a", "1"], ["b", "2"]]);
  assert.deepEqual(rows[0].content, { kept: true });
  assert.deepEqual(new Set(what), new Set(["packages", "freshness", "reference"]));
  assert.deepEqual(await tablet.db.get("reference", "reference"), { version: "r1" });
});

test("later decisions reach delivered operations, never those that wait; photos are asked for again", async () => {
  const server = fakeServer({ verdict: () => ({ state: "held" }) });
  const tablet = await fakeTablet(server);
  const blob = new Blob(["picture"], { type: "image/jpeg" });
  const held = await tablet.record("case.report", { key: "k" }, { photos: [{ blob }] });
  await tablet.outbox.flush();
  const waiting = await tablet.record("case.step", {});
  const operations = [held, waiting].map(({ id }) => ({ id, state: "applied", result: { case: 3 } }));
  server.changes = [{ cursor: "x", changes: { operations, photos_wanted: held.photos } }];
  assert.equal(await pulled(tablet), "");
  assert.equal((await tablet.db.get("operations", held.id)).state, "applied");
  assert.deepEqual((await tablet.db.get("operations", held.id)).result, { case: 3 });
  assert.equal((await tablet.db.get("operations", waiting.id)).state, "waiting");
  assert.equal((await tablet.db.get("photos", held.photos[0])).state, "waiting");
});

test("signing out keeps what was not sent, and nothing that the server sent", async () => {
  const tablet = await fakeTablet(fakeServer());
  await tablet.record("lamp.seen", { lamp: 1 });
  await tablet.outbox.flush();
  await tablet.record("lamp.seen", { lamp: 2 });
  await tablet.db.put("visits", { id: "v", address: "1 High Street" });
  await tablet.db.put("drafts", { text: "a draft" }, "case");
  await dropRecords(tablet.db);
  assert.equal(await tablet.db.count("visits"), 0);
  assert.equal(await tablet.db.count("drafts"), 0);
  assert.deepEqual((await tablet.db.getAll("operations")).map(({ body }) => body.lamp), [2]);
});

test("who signs in again gets everything anew, also what is the same for all", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  server.resources = { "reference/": { version: "r1", categories: [] } };
  server.changes = [{ cursor: "a", changes: { reference: "r1" } }];
  assert.equal(await pulled(tablet), "");
  await tablet.db.put("meta", 12, "pulled_at");
  await dropRecords(tablet.db);
  assert.equal(await tablet.db.get("meta", "pulled_at"), undefined);
  assert.equal(await pulled(tablet), "");
  assert.equal((await tablet.db.get("reference", "reference")).version, "r1");
});

test("a sign-out without a network is made good before anybody is let in", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  const { transport } = tablet;
  const offline = { signOut: async () => false, session: async () => ({ kind: "offline" }) };
  const session = new Session({ tablet: tablet.tablet.db, transport: offline });
  await session.take({ id: 1, name: "Li" });
  await session.signOut({ kept: true });
  assert.equal(await session.begin(), null);
  assert.equal(await session.check(), "offline");
  const online = new Session({ tablet: tablet.tablet.db, transport });
  assert.equal(await online.check(), "ok");
  assert.equal(server.member, null, "the session was ended at the server");
  assert.equal(online.state, "out");
  assert.equal(online.member, null);
  await online.tablet.delete("meta", "current");
});

test("a page of the network's own is no sign-out; who has signed in meanwhile stays", async () => {
  const server = fakeServer();
  const { fetch } = server;
  server.fetch = (address, options) =>
    address === "/sign-out/"
      ? new Response("<h1>Free WLAN</h1>", { headers: { "Content-Type": "text/html" } })
      : fetch(address, options);
  const tablet = await fakeTablet(server);
  assert.equal(await tablet.transport.signOut(), false);
  const { db } = tablet.tablet;
  await db.put("meta", 1, "sign_out_owed");
  const session = new Session({ tablet: db, transport: tablet.transport });
  assert.equal(await session.check(), "offline");
  assert.equal(session.member, null);
  server.member = { id: 2, name: "Wang" };
  assert.equal(await session.check(), "ok");
  assert.deepEqual(session.member, { id: 2, name: "Wang" });
  await db.delete("meta", "current");
});

test("the note of what is kept survives where the database does not", () => {
  const doc = { cookie: "" };
  noteKept(12, 3, doc);
  assert.match(doc.cookie, /^gridwalk_field=12\.3;path=\/field\//);
  assert.deepEqual(readKept({ cookie: "a=b; gridwalk_field=12.3; c=d" }), { member: 12, unsent: 3 });
  assert.equal(readKept({ cookie: "a=b" }), null);
});

test("what was applied a week ago is forgotten; what was refused is not", async () => {
  const tablet = await fakeTablet(fakeServer());
  const now = 1e12;
  const old = now - 8 * 24 * 3600_000;
  for (const [i, [state, answered]] of [["applied", old], ["applied", now], ["rejected", old], ["waiting", undefined]].entries()) {
    await tablet.db.put("operations", { id: `o${i}`, sequence: i + 1, state, answered });
  }
  await prune(tablet.db, now);
  assert.deepEqual((await tablet.db.getAllKeys("operations")).sort(), ["o1", "o2", "o3"]);
});

test("what the screens read is in memory, and told when it changes", async () => {
  const tablet = await fakeTablet(fakeServer());
  for (let i = 0; i < 1201; i += 1) await tablet.db.put("lamps", { id: i });
  const data = new FieldData({ db: tablet.db, makeGround: (packages) => ({ packages }) });
  const told = [];
  data.addEventListener("change", ({ detail }) => told.push([...detail.what]));
  await data.load();
  assert.equal(data.lamps().length, 1201);
  assert.equal(data.ground(), null);
  const operation = await tablet.record("lamp.seen", { lamp: 1 });
  data.put([operation]);
  assert.deepEqual(data.operations().map(({ id }) => id), [operation.id]);
  assert.deepEqual(told.at(-1), ["operations"]);
});

test("answers become outcomes", async () => {
  const of = async (status, body, headers = { "Content-Type": "application/json" }) =>
    (await outcomeOf(new Response(body, { status, headers }))).kind;
  const said = (code) => JSON.stringify({ error: { code, message: "" } });
  assert.equal(await of(200, "{}"), "ok");
  assert.equal(await of(200, "<html>", { "Content-Type": "text/html" }), "not_ours");
  assert.equal(await of(200, "<html>"), "not_ours");
  assert.equal(await of(401, said("sign_in_required")), "sign_in");
  assert.equal(await of(403, said("csrf_failed")), "csrf");
  assert.equal(await of(403, said("second_factor_needed")), "second_factor");
  assert.equal(await of(409, said("not_your_device")), "wrong_device");
  assert.equal(await of(413, said("too_large")), "too_large");
  assert.equal(await of(413, "<html>", { "Content-Type": "text/html" }), "too_large");
  assert.equal(await of(426, said("app_too_old")), "too_old");
  assert.equal(await of(502, "Bad gateway", { "Content-Type": "text/plain" }), "busy");
  assert.equal(await of(503, said("busy")), "busy");
  assert.equal(await of(507, said("no_room")), "no_room");
  assert.equal(await of(500, said("server_error")), "fault");
  assert.equal(await of(400, said("bad_json")), "refused");
  assert.equal(await of(401, "<html>", { "Content-Type": "text/html" }), "not_ours");
});

test("words have plurals and figures, in either language", () => {
  const words = makeWords({
    language: "en",
    words: { "a_one": "{n} record", "a_other": "{n} records of {name}", b: "b {x}", "unit.metres": "{n} m", "unit.kilometres": "{n} km", "time.now": "just now" },
  });
  assert.equal(words("a", { n: 1 }), "1 record");
  assert.equal(words("a", { n: 1200, name: "Li" }), "1,200 records of Li");
  assert.equal(words("b", { x: 0 }), "b 0");
  assert.equal(words("missing"), "missing");
  const say = makeSay({ language: "en", timeZone: "Asia/Shanghai" }, words, () => 0);
  assert.equal(say.metres(1340), "1.3\u202fkm");
  assert.equal(say.ago(-3 * 86_400_000), "3 days ago");
  assert.equal(say.clock(0), "08:00");
  assert.equal(say.duration(3_725_000), "1:02:05");
});
