import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, classOf } from "../../../map_static/static/map_static/js/field/coverage_now.js";
import { houseNumber } from "../../../map_static/static/map_static/js/field/ground_paint.js";
import { Here } from "../../../map_static/static/map_static/js/field/here.js";
import { together } from "../../../map_static/static/map_static/js/field/map_marks.js";
import { Awake } from "../../../map_static/static/map_static/js/field/awake.js";
import { bySegment } from "../../../map_static/static/map_static/js/field/walk_layer.js";
import { gapsOf, partDue, takeUp } from "../../../map_static/static/map_static/js/field/walk_rules.js";

test("a stretch has the class that the office's map gives it", () => {
  const of = (age, overdue = false) => classOf({ age, days: 7, overdue }, 0.75);
  assert.equal(of(null), "never");
  assert.equal(of(0), "today");
  assert.equal(of(1), "within");
  assert.equal(of(6), "due");
  assert.equal(of(8, true), "overdue");
});

test("a walk that ended here counts like what the server says of a day", () => {
  const walk = {
    endedAt: Date.UTC(2026, 10, 22, 17),
    result: { stretches: [[7, 0, 100, 1, 1], [8, 5, 10, 2, 1], [7, 300, 400, 3, 1]] },
  };
  // In Shanghai it is the next day already.
  const day = Date.UTC(2026, 10, 23) / 86_400_000;
  assert.deepEqual(answerOf(walk, "Asia/Shanghai").segments, {
    7: [[0, 100, day], [300, 400, day]],
    8: [[5, 10, day]],
  });
});

test("stretches are drawn once for each metre of a segment, and not across what is missing", () => {
  const drawn = bySegment([[1, 0, 50], [1, 50, 80], [2, 5, 9], [1, 90, 100], [1, 20, 60]]);
  assert.deepEqual([...drawn], [[1, [[0, 80], [90, 100]]], [2, [[5, 9]]]]);
});

test("between pieces is a gap; fixes that were dropped inside a piece are none", () => {
  const ms = [0, 1000, 2000, 90_000, 91_000, 200_000];
  assert.deepEqual(gapsOf([[0, 2], [3, 4], [5, 5]], ms), [
    { from: 2000, to: 90_000 },
    { from: 91_000, to: 200_000 },
  ]);
  assert.deepEqual(gapsOf([[0, 5]], ms), []);
  assert.deepEqual(gapsOf([], ms), []);
});

test("a part goes after three hundred fixes or a minute, and never empty", () => {
  const due = (total, sent, seconds) => partDue({ total, sent, since: 0, now: seconds * 1000 });
  assert.ok(!due(299, 0, 59));
  assert.ok(due(300, 0, 1));
  assert.ok(due(301, 300, 60));
  assert.ok(!due(300, 300, 600));
});

test("a walk is taken up as it was; a paused one stays paused however long ago", () => {
  const walk = { state: "recording", since: 1000, activeMs: 500, lastMs: 61_000, shift: 0 };
  assert.deepEqual(takeUp(walk, 100_000), { state: "recording", shift: 0, stale: false, activeMs: 60_500 });
  assert.equal(takeUp(walk, 61_000 + 3 * 3600_000).state, "paused");
  const paused = { ...walk, state: "paused" };
  assert.deepEqual(takeUp(paused, 1e12), { state: "paused", shift: 0, stale: false, activeMs: 500 });
});

test("the house number is the last word of an address that has a digit", () => {
  assert.equal(houseNumber("Mannerheimintie 5"), "5");
  assert.equal(houseNumber("学院路 12号"), "12号");
  assert.equal(houseNumber("Katajanokan kauppahalli"), "");
  assert.equal(houseNumber(null), "");
});

/** navigator.geolocation, with a hand on it. */
function device() {
  const made = { watches: new Map(), asked: 0, next: 1 };
  made.watchPosition = (told, failed) => {
    made.watches.set(made.next, { told, failed });
    return made.next++;
  };
  made.clearWatch = (id) => made.watches.delete(id);
  made.getCurrentPosition = (told) => {
    made.asked += 1;
    made.last = told;
  };
  made.say = (lon) => {
    const position = { coords: { longitude: lon, latitude: 60, accuracy: NaN }, timestamp: 5 };
    for (const { told } of made.watches.values()) told(position);
  };
  return made;
}

test("the device is asked only while somebody watches, once for all of them", () => {
  const geolocation = device();
  const seen = [];
  const here = new Here({ geolocation, now: () => 42, seen: (place) => seen.push(place?.lon ?? null) });
  assert.equal(geolocation.watches.size, 0);
  const told = [];
  const stopOne = here.watch(({ lon }) => told.push(lon));
  const stopTwo = here.watch(({ lon }) => told.push(lon));
  assert.equal(geolocation.watches.size, 1);
  geolocation.say(24);
  assert.deepEqual(told, [24, 24]);
  assert.deepEqual(here.last, { lon: 24, lat: 60, accuracy: null, timestamp: 5, ms: 42 });
  stopOne();
  geolocation.say(25);
  stopTwo();
  assert.deepEqual(told, [24, 24, 25]);
  assert.equal(geolocation.watches.size, 0);
  assert.deepEqual(seen, [24, 25, null]);
});

test("a device that says nothing is asked once more; one that refuses is not asked for ever", async () => {
  const geolocation = device();
  let now = 0;
  const here = new Here({ geolocation, now: () => now, every: 5 });
  const problems = [];
  const stop = here.watch(() => {}, (problem) => problems.push(problem));
  now = 10;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(geolocation.asked >= 1);
  for (const { failed } of geolocation.watches.values()) failed({ code: 1 });
  assert.deepEqual(problems, ["denied"]);
  assert.equal(here.problem, "denied");
  here.again();
  geolocation.say(24);
  assert.equal(here.problem, "");
  stop();
  assert.equal(new Here({ geolocation: undefined, now: () => 0 }).problem, "unsupported");
});

test("what was heard lately is told at once; else the device is asked, and not waited for", async () => {
  const geolocation = device();
  let now = 0;
  const here = new Here({ geolocation, now: () => now });
  const next = here.soon(1000);
  geolocation.say(24);
  assert.equal((await next).lon, 24);
  assert.equal(geolocation.watches.size, 0);
  assert.equal((await here.soon()).lon, 24);
  now = 61_000;
  assert.equal(here.lately(), null);
  assert.equal(await here.soon(5), null);
  assert.equal(geolocation.watches.size, 0);
});

test("the screen is kept on again when the page comes back, and let go at the end", async () => {
  const held = [];
  const wakeLock = {
    async request() {
      const lock = new EventTarget();
      lock.release = async () => lock.dispatchEvent(new Event("release"));
      held.push(lock);
      return lock;
    },
  };
  const document = new EventTarget();
  document.visibilityState = "visible";
  const awake = new Awake({ wakeLock, document });
  await awake.hold();
  assert.ok(awake.held);
  // The browser takes it back when the page is hidden.
  document.visibilityState = "hidden";
  held[0].dispatchEvent(new Event("release"));
  document.dispatchEvent(new Event("visibilitychange"));
  assert.ok(!awake.held);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  await new Promise((resolve) => setTimeout(resolve));
  assert.ok(awake.held && held.length === 2);
  await awake.release();
  assert.ok(!awake.held);
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(held.length, 2);
  // Asked twice at once, it is one lock: another would keep the screen on for ever.
  await Promise.all([awake.hold(), awake.hold()]);
  assert.equal(held.length, 3);
});

//  b     c (overdue)            a and c lie on each other, and so do b and c; d stands by itself
//    a                 d
test("pictures that would lie on each other are one, the most urgent in front", () => {
  const thing = (name, x, y, urgency) => ({ name, x, y, urgency });
  const things = [thing("a", 10, 20, "open"), thing("b", 0, 0, "later"), thing("c", 30, 0, "overdue"), thing("d", 100, 20, "open")];
  const groups = together(things, (one) => one, 40);
  assert.deepEqual(groups.map((group) => group.map(({ name }) => name)), [["c", "a", "b"], ["d"]]);
});
