import assert from "node:assert/strict";
import { test } from "node:test";
import "fake-indexeddb/auto";
import { Clock } from "../../../map_static/static/map_static/js/field/clock.js";
import { forget, openMember } from "../../../map_static/static/map_static/js/field/db.js";
import { record } from "../../../map_static/static/map_static/js/field/operations.js";
import { CannotStart, Recorder } from "../../../map_static/static/map_static/js/field/recorder.js";

const START = Date.UTC(2026, 10, 22, 9);
const HOUR = 3600_000;
let members = 0;

/** A tablet with a clock in its hand: `ms` is both counter and, with `set`, the wall clock. */
class Tablet {
  ms = START;
  set = 0;
  places = new Set();
  held = new Set();
  queue = new Map();
  asked = 0;

  constructor() {
    members += 1;
    this.member = { id: members };
  }

  wall = () => this.ms + this.set;

  here = {
    problem: "",
    watch: (told, failed) => {
      this.asked += 1;
      const watcher = { told, failed };
      this.places.add(watcher);
      return () => this.places.delete(watcher);
    },
    again() {},
  };

  /** navigator.locks, as far as it is used. */
  locks = {
    request: async (name, { ifAvailable }, act) => {
      // A browser answers later, never at once.
      await null;
      if (this.held.has(name)) {
        if (ifAvailable) return act(null);
        await new Promise((free) => this.queue.set(name, free));
      }
      this.held.add(name);
      try {
        return await act({ name });
      } finally {
        this.held.delete(name);
        this.queue.get(name)?.();
      }
    },
  };

  /** A page on this tablet, with its own recorder. */
  async page({ trackMode = "tracks", kept = null, ready = () => true, every = 1e9 } = {}) {
    const db = await openMember(this.member.id);
    const clock = new Clock({ wall: this.wall, counter: () => this.ms, kept });
    const app = {
      db,
      member: this.member,
      settings: { trackMode },
      now: () => clock.now(),
      record: (...what) => (this.full ? Promise.reject(this.full) : record(db, clock, ...what)),
    };
    const awake = { on: false, hold: () => (awake.on = true), release: () => (awake.on = false) };
    const recorder = new Recorder(app, {
      here: this.here,
      awake,
      locks: this.locks,
      wall: this.wall,
      every,
      ready,
      matching: () => new Matcher(),
    });
    this.awake = awake;
    this.pages ??= [];
    this.pages.push(recorder);
    return { db, clock, recorder };
  }

  /** A second passes, and a position comes. */
  async second(recorder, metres = null) {
    this.ms += 1000;
    if (metres !== null) this.fix(metres);
    await recorder.tick();
  }

  fix(metres, { timestamp = this.wall(), accuracy = 5 } = {}) {
    const place = { lon: 24.94 + metres * 1e-5, lat: 60.17, accuracy, timestamp };
    for (const { told } of [...this.places]) told(place);
  }

  /** The tablet goes dark: nothing of the page runs any more. */
  die({ recorder, db }) {
    clearInterval(recorder.timer);
    this.places.clear();
    this.held.clear();
    db.close();
  }
}

/** Tells how many fixes it was given: what comes of them is the matcher's own test. */
class Matcher {
  static broken = false;
  fixes = 0;
  async add({ ms }) {
    if (Matcher.broken) throw new Error("the worker is gone");
    this.fixes += ms.length;
    return { fixes: this.fixes, stretches: [[1, 0, this.fixes * 10, 0, 1]] };
  }
  summary(progress, { ms }) {
    return { fixes: progress?.fixes ?? 0, all: ms.length };
  }
  wire(progress) {
    return { stretches: progress?.stretches ?? [], buildings: [], summary: { fixes: this.fixes } };
  }
  close() {}
}

const operations = async (db) =>
  (await db.getAll("operations")).sort((a, b) => a.sequence - b.sequence);
const kinds = async (db) => (await operations(db)).map(({ kind }) => kind);

async function done(tablet, ...pages) {
  for (const { recorder, db } of pages) {
    clearInterval(recorder.timer);
    db.close();
  }
  await forget(tablet.member.id);
}

test("a walk goes out as its start, its parts of at most a minute, and its end", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder, db } = page;
  await recorder.open();
  assert.equal(recorder.state, "idle");
  await recorder.start({ mode: "cycle" });
  assert.equal(recorder.state, "recording");
  assert.ok(tablet.awake.on);
  for (let i = 1; i <= 130; i += 1) await tablet.second(recorder, i);
  assert.deepEqual(await kinds(db), ["patrol.start", "patrol.fixes", "patrol.fixes"]);
  assert.equal(recorder.seconds, 130);
  const ended = await recorder.end();
  const [start, ...rest] = await operations(db);
  const end = rest.pop();
  assert.deepEqual(start.body, { patrol: ended.patrol, mode: "cycle", team: null });
  assert.deepEqual(rest.map(({ body }) => body.part), [0, 1, 2]);
  assert.deepEqual(rest.flatMap(({ body }) => body.ms), Array.from({ length: 130 }, (_, i) => START + 1000 * (i + 1)));
  assert.equal(rest[0].body.lon[1], 24.94002);
  assert.ok(rest.every(({ after }) => after[0] === start.id));
  assert.deepEqual(end.body, { patrol: ended.patrol, ended_at: tablet.ms, parts: 3, nothing_wrong: false });
  assert.equal(recorder.state, "idle");
  assert.ok(!tablet.awake.on && tablet.places.size === 0);
  assert.equal(ended.result.all, 130);
  await done(tablet, page);
});

test("where only metres are wanted, no position is in any operation or left on the tablet", async () => {
  const tablet = new Tablet();
  const page = await tablet.page({ trackMode: "metres" });
  const { recorder, db } = page;
  await recorder.start();
  for (let i = 1; i <= 90; i += 1) await tablet.second(recorder, i);
  assert.equal((await db.getAll("fixes")).length, 90);
  const { patrol } = recorder;
  await recorder.end();
  assert.deepEqual(await kinds(db), ["patrol.start", "patrol.metres", "patrol.end"]);
  const [, metres, end] = await operations(db);
  assert.deepEqual(metres.body.stretches, [[1, 0, 900, 0, 1]]);
  assert.equal(end.body.parts, 1);
  assert.ok(!JSON.stringify([await operations(db), await db.getAll("walks")]).includes("24.94"));
  assert.deepEqual(await db.getAll("fixes"), []);
  assert.equal((await db.get("walks", patrol)).state, "ended");
  await done(tablet, page);
});

test("without a map, metres cannot be recorded, and the start says so before anything is written", async () => {
  const tablet = new Tablet();
  const page = await tablet.page({ trackMode: "metres", ready: () => false });
  await assert.rejects(page.recorder.start(), (error) => error instanceof CannotStart && error.code === "no_map");
  assert.deepEqual(await operations(page.db), []);
  assert.equal(tablet.held.size, 0);
  await done(tablet, page);
});

test("a tablet that dies in the middle goes on with every fix, and sends none twice", async () => {
  const tablet = new Tablet();
  const first = await tablet.page();
  await first.recorder.start();
  for (let i = 1; i <= 100; i += 1) await tablet.second(first.recorder, i);
  const { patrol } = first.recorder;
  tablet.die(first);
  tablet.ms += 40_000;
  const second = await tablet.page();
  await second.recorder.open();
  assert.equal(second.recorder.state, "recording");
  assert.equal(second.recorder.patrol, patrol);
  assert.equal(second.recorder.progress.fixes, 100);
  assert.equal(second.recorder.seconds, 100, "the time nobody recorded does not count");
  for (let i = 101; i <= 150; i += 1) await tablet.second(second.recorder, i);
  await second.recorder.end();
  const parts = (await operations(second.db)).filter(({ kind }) => kind === "patrol.fixes");
  assert.deepEqual(parts.map(({ body }) => body.part), [...parts.keys()]);
  const ms = parts.flatMap(({ body }) => body.ms);
  assert.equal(ms.length, 150);
  assert.equal(new Set(ms).size, 150);
  assert.deepEqual(ms, [...ms].sort((a, b) => a - b));
  await done(tablet, second);
});

test("one that dies while it ends, ends when it is opened again", async () => {
  const tablet = new Tablet();
  const first = await tablet.page();
  await first.recorder.start();
  for (let i = 1; i <= 5; i += 1) await tablet.second(first.recorder, i);
  const kept = await first.db.get("walks", first.recorder.patrol);
  await first.db.put("walks", { ...kept, state: "ending", endedAt: tablet.ms });
  tablet.die(first);
  const second = await tablet.page();
  await second.recorder.open();
  assert.equal(second.recorder.state, "idle");
  assert.deepEqual(await kinds(second.db), ["patrol.start", "patrol.fixes", "patrol.end"]);
  assert.deepEqual(await second.db.getAll("fixes"), []);
  await done(tablet, second);
});

test("nothing is recorded during a pause, and the device is not asked", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder } = page;
  await recorder.start();
  for (let i = 1; i <= 10; i += 1) await tablet.second(recorder, i);
  await recorder.pause();
  assert.equal(tablet.places.size, 0);
  for (let i = 11; i <= 30; i += 1) await tablet.second(recorder, i);
  assert.equal(recorder.fixes.ms.length, 10);
  assert.equal(recorder.seconds, 10);
  await recorder.goOn();
  for (let i = 31; i <= 40; i += 1) await tablet.second(recorder, i);
  assert.equal(recorder.fixes.ms.length, 20);
  assert.equal(recorder.seconds, 20);
  await recorder.end();
  await done(tablet, page);
});

test("a wall clock that is set ten years back or ahead leaves the times of a walk as they run", async () => {
  for (const jump of [-10 * 365 * 24 * HOUR, 10 * 365 * 24 * HOUR]) {
    const tablet = new Tablet();
    const page = await tablet.page();
    const { recorder } = page;
    await recorder.start();
    await tablet.second(recorder, 1);
    tablet.set = jump;
    await tablet.second(recorder, 2);
    await tablet.second(recorder, 3);
    assert.deepEqual(recorder.fixes.ms, [1, 2, 3].map((s) => START + 1000 * s));
    await recorder.end();
    const [start, fixes] = await operations(page.db);
    assert.ok(Math.abs(start.at - fixes.at) < 5000);
    await done(tablet, page);
  }
});

test("a position that the device held back is given the time it was taken, never an earlier one", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder } = page;
  await recorder.start();
  tablet.ms += 10_000;
  tablet.fix(1, { timestamp: tablet.wall() - 4000 });
  tablet.fix(2, { timestamp: tablet.wall() - 9000 });
  tablet.fix(3, { timestamp: 0 });
  await recorder.tick();
  assert.deepEqual(recorder.fixes.ms, [START + 6000, START + 6000, START + 10_000]);
  await done(tablet, page);
});

test("a clock set back while the page was closed keeps the times running, after a gap", async () => {
  const tablet = new Tablet();
  const first = await tablet.page();
  await first.recorder.start();
  for (let i = 1; i <= 5; i += 1) await tablet.second(first.recorder, i);
  tablet.die(first);
  tablet.ms -= 5 * HOUR;
  const second = await tablet.page();
  await second.recorder.open();
  assert.equal(second.recorder.state, "recording");
  await tablet.second(second.recorder, 400);
  const { ms } = second.recorder.fixes;
  assert.ok(ms[5] - ms[4] > 60_000 && ms[5] - ms[4] < 70_000);
  await done(tablet, second);
});

test("a walk found hours later waits to be told whether it goes on, and ends when it ended", async () => {
  const tablet = new Tablet();
  const first = await tablet.page();
  await first.recorder.start();
  for (let i = 1; i <= 5; i += 1) await tablet.second(first.recorder, i);
  const last = tablet.ms;
  tablet.die(first);
  tablet.ms += 5 * HOUR;
  const second = await tablet.page();
  await second.recorder.open();
  assert.equal(second.recorder.state, "paused");
  assert.ok(second.recorder.stale);
  assert.equal(tablet.places.size, 0);
  await second.recorder.end();
  const end = (await operations(second.db)).at(-1);
  assert.equal(end.body.ended_at, last);
  await done(tablet, second);
});

test("of two tabs one records; the other takes over when it is closed", async () => {
  const tablet = new Tablet();
  const one = await tablet.page();
  await one.recorder.open();
  await one.recorder.start();
  await tablet.second(one.recorder, 1);
  const two = await tablet.page();
  await two.recorder.open();
  assert.equal(two.recorder.state, "elsewhere");
  await assert.rejects(two.recorder.start(), { code: "elsewhere" });
  await one.recorder.end();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(two.recorder.state, "idle");
  await two.recorder.start();
  assert.equal(two.recorder.state, "recording");
  await two.recorder.end();
  await done(tablet, one, two);
});

test("twenty seconds without a position are said, and the next one takes it back", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder } = page;
  await recorder.start();
  await tablet.second(recorder, 1);
  for (let i = 0; i < 20; i += 1) await tablet.second(recorder);
  assert.equal(recorder.problem, "");
  await tablet.second(recorder);
  assert.equal(recorder.problem, "silent");
  await tablet.second(recorder, 2);
  assert.equal(recorder.problem, "");
  for (const { failed } of tablet.places) failed("denied");
  assert.equal(recorder.problem, "denied");
  await recorder.end();
  await done(tablet, page);
});

test("a full disk is said; the fixes wait in memory and are written when there is room", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder, db } = page;
  await recorder.start();
  const add = recorder.store.add.bind(recorder.store);
  const warn = console.warn;
  console.warn = () => {};
  recorder.store.add = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  await tablet.second(recorder, 1);
  await tablet.second(recorder, 2);
  console.warn = warn;
  assert.equal(recorder.problem, "storage");
  assert.equal((await db.getAll("fixes")).length, 0);
  recorder.store.add = add;
  await tablet.second(recorder, 3);
  assert.equal(recorder.problem, "");
  assert.equal(recorder.fixes.ms.length, 3);
  assert.equal((await db.getAll("fixes")).flatMap(({ ms }) => ms).length, 3);
  await done(tablet, page);
});

test("a walk ends with every fix, also those that the full disk did not take at first", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder, db } = page;
  await recorder.start();
  await tablet.second(recorder, 1);
  const add = recorder.store.add.bind(recorder.store);
  const warn = console.warn;
  console.warn = () => {};
  recorder.store.add = () => Promise.reject(new DOMException("full", "QuotaExceededError"));
  await tablet.second(recorder, 2);
  await assert.rejects(recorder.end());
  console.warn = warn;
  assert.equal(recorder.state, "ending");
  recorder.store.add = add;
  const walk = await recorder.end();
  assert.equal(walk.result.all, 2);
  const sent = (await operations(db)).filter(({ kind }) => kind === "patrol.fixes");
  assert.deepEqual(sent.flatMap(({ body }) => body.lat.length), [2]);
  await done(tablet, page);
});

test("a part that cannot be written is tried again, and the walk goes on", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder, db } = page;
  await recorder.start();
  const warn = console.warn;
  console.warn = () => {};
  tablet.full = new DOMException("full", "QuotaExceededError");
  let told = 0;
  recorder.addEventListener("progress", () => (told += 1));
  for (let i = 1; i <= 61; i += 1) await tablet.second(recorder, i);
  console.warn = warn;
  assert.equal(told, 61);
  tablet.full = null;
  await tablet.second(recorder, 62);
  assert.deepEqual(await kinds(db), ["patrol.start", "patrol.fixes"]);
  await recorder.end();
  await done(tablet, page);
});

test("Start pressed twice starts one walk", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  await Promise.all([page.recorder.start(), page.recorder.start()]);
  assert.equal(page.recorder.state, "recording");
  assert.deepEqual(await kinds(page.db), ["patrol.start"]);
  await page.recorder.end();
  await done(tablet, page);
});

test("a start that cannot be written starts nothing", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  tablet.full = new DOMException("full", "QuotaExceededError");
  await assert.rejects(page.recorder.start());
  assert.equal(page.recorder.state, "idle");
  assert.equal(tablet.asked, 0);
  assert.equal(tablet.held.size, 0);
  await done(tablet, page);
});

test("a matcher that dies is made anew and given every fix; nothing is lost at the end either", async () => {
  const tablet = new Tablet();
  const page = await tablet.page();
  const { recorder } = page;
  const warn = console.warn;
  console.warn = () => {};
  await recorder.start();
  for (let i = 1; i <= 5; i += 1) await tablet.second(recorder, i);
  Matcher.broken = true;
  await tablet.second(recorder, 6);
  assert.equal(recorder.progress.fixes, 5);
  Matcher.broken = false;
  await tablet.second(recorder, 7);
  assert.equal(recorder.progress.fixes, 7);
  Matcher.broken = true;
  await tablet.second(recorder, 8);
  Matcher.broken = false;
  console.warn = warn;
  const ended = await recorder.end();
  assert.deepEqual(ended.result, { fixes: 8, all: 8 });
  await done(tablet, page);
});

test("where only metres are wanted, an end without them waits: reloaded or asked again, it counts all", async () => {
  const tablet = new Tablet();
  const first = await tablet.page({ trackMode: "metres" });
  const warn = console.warn;
  console.warn = () => {};
  await first.recorder.start();
  for (let i = 1; i <= 5; i += 1) await tablet.second(first.recorder, i);
  Matcher.broken = true;
  await tablet.second(first.recorder, 6);
  await assert.rejects(first.recorder.end());
  assert.equal(first.recorder.state, "ending");
  assert.deepEqual(await kinds(first.db), ["patrol.start"]);
  tablet.die(first);
  const second = await tablet.page({ trackMode: "metres" });
  await second.recorder.open();
  assert.equal(second.recorder.state, "ending");
  Matcher.broken = false;
  console.warn = warn;
  await second.recorder.end();
  const [, metres] = await operations(second.db);
  assert.equal(metres.body.summary.fixes, 6);
  assert.equal(second.recorder.state, "idle");
  await done(tablet, second);
});

test("positions are written within two seconds also while the timers of the page sleep", async () => {
  const tablet = new Tablet();
  const page = await tablet.page({ every: 1000 });
  const { recorder, db } = page;
  await recorder.start();
  clearInterval(recorder.timer);
  for (let i = 1; i <= 4; i += 1) {
    tablet.ms += 700;
    tablet.fix(i);
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  const written = (await db.getAll("fixes")).flatMap(({ ms }) => ms);
  assert.deepEqual(written, [1, 2, 3, 4].map((i) => START + 700 * i));
  await recorder.end();
  await done(tablet, page);
});
