// The outbox against a server made of a few lines: whatever the network does, each operation is taken
// in once, and none is forgotten.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeServer, fakeTablet, tick } from "./fake_tablet.js";
import { dropRecords } from "../../../map_static/static/map_static/js/field/db.js";
import { waitAfter } from "../../../map_static/static/map_static/js/field/outbox.js";

const states = async (tablet) =>
  (await tablet.db.getAllFromIndex("operations", "sequence")).map(({ state }) => state);

test("what was recorded is sent oldest first, with numbers in order", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  for (let i = 0; i < 450; i += 1) await tablet.record("lamp.seen", { lamp: i });
  assert.equal(await tablet.outbox.flush(), "");
  assert.deepEqual(server.batches, [200, 200, 50]);
  assert.deepEqual(server.taken.map(({ sequence }) => sequence), Array.from({ length: 450 }, (_n, i) => i + 1));
  assert.equal(tablet.outbox.unsent, 0);
});

test("an answer that was lost on the way is asked for again, and nothing is doubled", async () => {
  const server = fakeServer({ answers: ["lost", "ok"] });
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  assert.equal(await tablet.outbox.flush(), "offline");
  assert.equal(tablet.outbox.unsent, 1);
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.taken.length, 1);
  assert.deepEqual(await states(tablet), ["already_applied"]);
});

test("the bytes that are sent again are the same bytes", async () => {
  const server = fakeServer({ answers: ["lost", "lost", "ok"] });
  const tablet = await fakeTablet(server);
  await tablet.record("case.report", { key: "a", category: "paving" });
  for (let i = 0; i < 3; i += 1) await tablet.outbox.flush();
  assert.equal(new Set(server.sent.map((body) => JSON.stringify(body.operations))).size, 1);
});

test("a login page answered as 200 is no acknowledgement", async () => {
  for (const page of ["login_page", "login_json", "other_device", "redirect"]) {
    const server = fakeServer({ answers: [page] });
    const tablet = await fakeTablet(server);
    await tablet.record("lamp.seen", { lamp: 1 });
    assert.equal(await tablet.outbox.flush(), "not_ours", page);
    assert.deepEqual(await states(tablet), ["waiting"]);
  }
});

test("an answer that leaves some out marks only the others", async () => {
  const server = fakeServer({ answers: ["half", "ok"] });
  const tablet = await fakeTablet(server);
  for (let i = 0; i < 4; i += 1) await tablet.record("lamp.seen", { lamp: i });
  await tablet.outbox.flush();
  const again = "already_applied";
  assert.deepEqual(await states(tablet), [again, again, "applied", "applied"]);
  assert.deepEqual(server.batches, [4, 2]);
});

test("held, conflict and rejected are answers: they are kept with what was said, and never resent", async () => {
  const server = fakeServer({
    verdict: ({ body }) => ({ state: body.wish, code: `${body.wish}_code`, message: "because" }),
  });
  const tablet = await fakeTablet(server);
  for (const wish of ["held", "conflict", "rejected"]) await tablet.record("case.step", { wish });
  await tablet.outbox.flush();
  await tablet.outbox.flush();
  assert.deepEqual(server.batches, [3]);
  assert.deepEqual(await states(tablet), ["held", "conflict", "rejected"]);
  const [, , rejected] = await tablet.db.getAll("operations");
  assert.equal(rejected.code, "rejected_code");
  assert.equal(rejected.message, "because");
  assert.deepEqual(rejected.body, { wish: "rejected" });
});

test("an operation that no request with it survives is set aside, and the rest go on", async () => {
  for (const how of ["refused", "fault", "too_large"]) {
    const server = fakeServer({ poison: ({ body }) => body.lamp === 7, how });
    const tablet = await fakeTablet(server);
    for (let i = 0; i < 20; i += 1) await tablet.record("lamp.seen", { lamp: i });
    for (let i = 0; i < 12; i += 1) await tablet.outbox.flush();
    assert.equal(server.taken.length, 19, how);
    assert.equal(tablet.outbox.unsent, 1, "it is still counted as unsent");
    const [stuck] = (await tablet.db.getAll("operations")).filter(({ state }) => state === "stuck");
    assert.equal(stuck.body.lamp, 7);
    // The next start of the app tries it once more.
    server.heal();
    await tablet.outbox.again();
    await tablet.outbox.flush();
    assert.equal(server.taken.length, 20);
  }
});

test("too large: half of it, and then more again", async () => {
  const server = fakeServer({ most: 60 });
  const tablet = await fakeTablet(server);
  for (let i = 0; i < 200; i += 1) await tablet.record("lamp.seen", { lamp: i });
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.taken.length, 200);
  assert.equal(new Set(server.taken.map(({ id }) => id)).size, 200);
});

test("large bodies make small batches", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  for (let i = 0; i < 5; i += 1) await tablet.record("patrol.fixes", { lon: "x".repeat(400_000) });
  await tablet.outbox.flush();
  assert.deepEqual(server.batches, [2, 2, 1]);
});

test("an old app: the queue is kept and says why", async () => {
  const server = fakeServer({ answers: ["too_old"] });
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  assert.equal(await tablet.outbox.flush(), "too_old");
  assert.equal(tablet.outbox.problem, "too_old");
  assert.deepEqual(await states(tablet), ["waiting"]);
});

test("busy: waits as long as it is told", async () => {
  const server = fakeServer({ answers: ["busy"] });
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  assert.equal(await tablet.outbox.flush(), "busy");
  assert.deepEqual(await states(tablet), ["waiting"]);
});

test("a token that was changed is fetched anew, once", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  await tablet.outbox.flush();
  server.token = "another";
  await tablet.record("lamp.seen", { lamp: 2 });
  // The session is asked before each turn, so that the token is fresh; make it stale in between.
  tablet.outbox.allowed = async () => "";
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.taken.length, 2);
});

test("an expired session keeps the queue; signed in again, it goes up", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  server.member = null;
  await tablet.record("lamp.seen", { lamp: 1 });
  assert.equal(await tablet.outbox.flush(), "sign_in");
  assert.equal(server.sent.length, 0);
  server.member = { id: 1, name: "Li" };
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.taken.length, 1);
});

test("another member in this browser never sends what the first one recorded", async () => {
  const server = fakeServer();
  const first = await fakeTablet(server);
  await first.record("lamp.seen", { lamp: 1 });
  server.member = { id: 2, name: "Wang" };
  assert.equal(await first.outbox.flush(), "other_member");
  assert.equal(server.sent.length, 0);
  const second = await fakeTablet(server, { member: 2, tablet: first.tablet });
  await second.record("lamp.seen", { lamp: 2 });
  await second.outbox.flush();
  assert.deepEqual(server.taken.map(({ body }) => body.lamp), [2]);
  assert.equal(first.outbox.unsent, 1);
});

test("two tabs: one sends at a time, and together they send each once", async () => {
  const server = fakeServer({ slow: 5 });
  const one = await fakeTablet(server);
  const two = await one.secondTab();
  for (let i = 0; i < 5; i += 1) await one.record("lamp.seen", { lamp: i });
  const found = await Promise.all([one.outbox.flush(), two.outbox.flush()]);
  assert.deepEqual(found.sort(), ["", "elsewhere"]);
  assert.equal(server.sent.length, 1);
  assert.equal(server.atOnce, 1);
  await two.outbox.flush({ wait: true });
  assert.equal(two.outbox.unsent, 0);
});

test("a name that belongs to another member is changed only while nothing was ever sent", async () => {
  const server = fakeServer({ answers: ["wrong_device", "ok"] });
  const tablet = await fakeTablet(server);
  const before = await tablet.device();
  await tablet.record("lamp.seen", { lamp: 1 });
  assert.equal(await tablet.outbox.flush(), "");
  assert.notEqual(await tablet.device(), before);

  const later = fakeServer({ answers: ["lost", "wrong_device"] });
  const other = await fakeTablet(later);
  await other.record("lamp.seen", { lamp: 1 });
  await other.outbox.flush();
  // It may have been taken in under the old name.
  assert.equal(await other.outbox.flush(), "wrong_device");
  assert.deepEqual(await states(other), ["waiting"]);
});

test("positions leave the tablet's disk with the answer that they were taken in", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.record("patrol.fixes", { patrol: "p", part: 0, lon: [1], lat: [2], ms: [3] });
  await tablet.outbox.flush();
  const [operation] = await tablet.db.getAll("operations");
  assert.deepEqual(operation.body, { patrol: "p", part: 0 });
});

test("what a household answered leaves the tablet's disk, too; a refused visit can be mended", async () => {
  const server = fakeServer({ verdict: ({ body }) => ({ state: body.plan === 1 ? "applied" : "rejected" }) });
  const tablet = await fakeTablet(server);
  for (const plan of [1, 2]) {
    await tablet.record("visit.record", { key: "k", plan, visit: "v", state: "done", answers: { heating: "no" } });
  }
  await tablet.outbox.flush();
  const [applied, rejected] = await tablet.db.getAllFromIndex("operations", "sequence");
  assert.deepEqual(applied.body, { key: "k", plan: 1, visit: "v", state: "done" });
  assert.deepEqual(rejected.body.answers, { heating: "no" });
});

test("storage that fails while it sends loses nothing", async (t) => {
  t.mock.method(console, "error", () => {});
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  const { changed } = tablet.outbox;
  tablet.outbox.changed = () => {
    throw new Error("disk");
  };
  assert.equal(await tablet.outbox.flush(), "storage");
  tablet.outbox.changed = changed;
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.taken.length, 1);
});

test("photos follow their records, in parts, from where the server is", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  const blob = new Blob([new Uint8Array(1_300_000).fill(7)], { type: "image/jpeg" });
  const { photos } = await tablet.record("case.report", { key: "k" }, { photos: [{ blob }] });
  assert.equal(tablet.outbox.unsent, 1);
  server.photos.set(photos[0], { received: 100, bytes: 1_300_000 });
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.photos.get(photos[0]).received, 1_300_000);
  assert.equal(tablet.outbox.photosUnsent, 0);
  assert.equal((await tablet.db.get("photos", photos[0])).state, "delivered");
  const [{ body }] = server.taken;
  assert.equal(body.photos[0].bytes, 1_300_000);
  assert.match(body.photos[0].sha256, /^[0-9a-f]{64}$/);
});

test("a photo cut off in the middle goes on there", async () => {
  const server = fakeServer({ cutPhotoAfter: 1 });
  const tablet = await fakeTablet(server);
  const blob = new Blob([new Uint8Array(1_300_000)], { type: "image/jpeg" });
  const { photos } = await tablet.record("case.report", { key: "k" }, { photos: [{ blob }] });
  assert.equal(await tablet.outbox.flush(), "offline");
  assert.equal(tablet.outbox.photosUnsent, 1);
  server.cutPhotoAfter = Infinity;
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal(server.photos.get(photos[0]).received, 1_300_000);
  assert.equal(server.photoBytes, 1_300_000);
});

test("broken bytes are sent anew, but not for ever; a file that is no photo is given up", async () => {
  const broken = fakeServer({ photoAnswer: "photo_broken" });
  const tablet = await fakeTablet(broken);
  const blob = new Blob(["x"], { type: "image/jpeg" });
  const { photos } = await tablet.record("case.report", { key: "k" }, { photos: [{ blob }] });
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal((await tablet.db.get("photos", photos[0])).state, "failed");
  // It is tried again at the next start, so until then it is unsent, and no sign-out takes it away.
  assert.equal(tablet.outbox.photosUnsent, 1);
  await dropRecords(tablet.db);
  assert.equal((await tablet.db.get("photos", photos[0])).state, "failed");

  const bad = fakeServer({ photoAnswer: "bad_photo" });
  const other = await fakeTablet(bad);
  const { photos: [id] } = await other.record("case.report", { key: "k" }, { photos: [{ blob }] });
  assert.equal(await other.outbox.flush(), "");
  assert.equal((await other.db.get("photos", id)).state, "refused");
});

test("a photo that is shorter on the tablet than announced is given up, not asked for without end", async () => {
  const server = fakeServer();
  const tablet = await fakeTablet(server);
  const blob = new Blob(["picture"], { type: "image/jpeg" });
  const { photos } = await tablet.record("case.report", { key: "k" }, { photos: [{ blob, bytes: 900 }] });
  const row = await tablet.db.get("photos", photos[0]);
  server.photos.set(photos[0], { received: 800, bytes: 900 });
  const { fetch } = server;
  // The server wants bytes: an empty part is none.
  server.fetch = (address, options) =>
    options.method === "PUT" && !options.body.size
      ? new Response(JSON.stringify({ error: { code: "wrong_offset", message: "" } }), {
          status: 409,
          headers: { "Content-Type": "application/json" },
        })
      : fetch(address, options);
  tablet.transport.fetch = server.fetch;
  assert.equal(row.state, "waiting");
  assert.equal(await tablet.outbox.flush(), "");
  assert.equal((await tablet.db.get("photos", photos[0])).state, "failed");
});

test("waits double, up to five minutes, and differ from tablet to tablet", () => {
  assert.deepEqual([1, 2, 3].map((n) => waitAfter(n, () => 0)), [1000, 2000, 4000]);
  assert.equal(waitAfter(50, () => 0.999_999), 300_000);
  assert.equal(waitAfter(50, () => 0), 150_000);
});

test("what is recorded while it sends goes with the next batch", async () => {
  const server = fakeServer({ slow: 10 });
  const tablet = await fakeTablet(server);
  await tablet.record("lamp.seen", { lamp: 1 });
  const sending = tablet.outbox.flush();
  await tick(3);
  await tablet.record("lamp.seen", { lamp: 2 });
  assert.equal(await sending, "");
  assert.equal(server.taken.length, 2);
});
