// A walk from Start to End. Nothing is recorded before or after, nor while it is paused.
//
//   idle --start--> recording <--pause/goOn--> paused --end--> ending --> idle
//
// Every fix is on the disk within two seconds, and the walk with it: a tablet that dies goes on where
// it was. Operations are written in one transaction with what the walk knows of them, so none is
// written twice. Of several tabs one records; in the others the state is "elsewhere".
import { TabLock } from "./tab_lock.js";
import { WalkClock } from "./walk_clock.js";
import { BATCH_MS, MOST_FIXES, SILENT_MS } from "./walk_rules.js";
import { append, columns, newWalk, partDue, push, sliceOf, takeUp, timeOf } from "./walk_rules.js";
import { WalkStore, endWith, keepWith } from "./walk_store.js";

/** A walk cannot begin: `code` is "elsewhere", "unsupported" or "no_map". */
export class CannotStart extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Ended walks are remembered so long, for the map and the last end screen. */
const REMEMBER_MS = 36 * 3600_000;
/** A matcher that fails again and again is tried again at least so often. */
const LONGEST_WAIT_MS = 60_000;

/**
 * `app` gives db, record, now, settings.trackMode and member; `devices` what a browser has: `here`
 * (Here), `awake` (Awake), `locks` (navigator.locks), `matching(walk)` (a new WalkMatcher), `ready()`
 * (whether there is a map to match with), `wall` (the wall clock in ms), `every` (ms between writes).
 */
export class Recorder extends EventTarget {
  /** "idle" | "recording" | "paused" | "ending" | "elsewhere" */
  state = "idle";
  walk = null;
  /** What the matcher makes of the walk so far; see WalkMatcher. */
  progress = null;
  /** Why positions are not kept: "" | "denied" | "unavailable" | "unsupported" | "silent" | "storage" */
  problem = "";
  /** Set when a walk was found that is too old to go on by itself. */
  stale = false;
  /** The fixes that are on the disk, in columns. */
  fixes = columns();
  /** The last position while recording, {lon, lat, accuracy}. */
  position = null;
  #waiting = columns();
  #chain = Promise.resolve();
  #heard = 0;
  #ticked = 0;
  /** After the matcher failed: {wait in ms, again: when it is tried}. */
  #lost = null;

  constructor(app, devices) {
    super();
    this.app = app;
    this.devices = { wall: Date.now, every: BATCH_MS, ...devices };
    this.store = new WalkStore(app.db);
    this.lock = new TabLock(devices.locks, `gridwalk-recording-${app.member.id}`);
  }

  get patrol() {
    return this.walk?.patrol ?? null;
  }

  get recording() {
    return this.state === "recording";
  }

  /** Seconds that were recorded, without the pauses. */
  get seconds() {
    if (!this.walk) return 0;
    const running = this.recording ? Math.max(0, this.clock.now() - this.walk.since) : 0;
    return Math.round((this.walk.activeMs + running) / 1000);
  }

  /** Take up the walk that was running when the page was closed, if there is one. */
  async open() {
    await this.store.forget(this.app.now() - REMEMBER_MS);
    if (!(await this.store.unfinished())) return;
    if (await this.lock.hold()) await this.#then(() => this.#takeUp());
    else {
      this.#to("elsewhere");
      this.lock.hold({ wait: true }).then(() => this.#then(() => this.#takeUp()));
    }
  }

  /** Begin; the walk and its first operation are on the disk when this resolves. */
  async start({ mode = "foot", team = null } = {}) {
    if (this.state === "elsewhere") throw new CannotStart("elsewhere");
    if (this.devices.here.problem === "unsupported") throw new CannotStart("unsupported");
    const { trackMode } = this.app.settings;
    if (trackMode === "metres" && !this.devices.ready()) throw new CannotStart("no_map");
    await this.#then(async () => {
      // Pressed twice, it starts one.
      if (this.state !== "idle") return;
      if (!(await this.lock.hold())) throw new CannotStart("elsewhere");
      const walk = newWalk({ patrol: crypto.randomUUID(), mode, trackMode, now: this.app.now() });
      this.clock = this.#newClock();
      const body = { patrol: walk.patrol, mode, team };
      try {
        await this.#record("patrol.start", body, walk, ({ id }) => ({ started: id }));
      } catch (error) {
        this.lock.release();
        throw error;
      }
      this.fixes = columns();
      this.progress = null;
      this.#lost = null;
      this.#match();
      this.#begin();
    });
  }

  /** Stop recording for a while: no position is asked for. */
  pause() {
    return this.#then(async () => {
      if (!this.recording) return;
      await this.#stopped({ state: "paused" });
      this.#to("paused");
    });
  }

  goOn() {
    return this.#then(async () => {
      if (this.state !== "paused") return;
      this.stale = false;
      this.clock.notBefore(this.walk.lastMs ?? this.walk.since);
      await this.#change({ state: "recording", since: this.clock.now() });
      this.#begin();
    });
  }

  /**
   * End; resolves to the walk with its `result` when the operations are on the disk. Where that fails
   * the state stays "ending", nothing is lost, and it can be tried again.
   */
  end() {
    return this.#then(async () => {
      if (this.state === "ending") return this.#finish();
      if (this.state !== "recording" && this.state !== "paused") return null;
      const { lastMs, startedAt } = this.walk;
      const endedAt = Math.round(this.recording ? this.clock.now() : (lastMs ?? startedAt));
      await this.#stopped({ state: "ending", endedAt });
      this.#to("ending");
      return this.#finish();
    });
  }

  /** Whether nothing was wrong on a walk that ended. */
  async nothingWrong(patrol, said = true) {
    const walk = { ...(await this.store.get(patrol)), nothingWrong: said };
    const body = { patrol, said };
    const after = walk.started ? [walk.started] : [];
    await this.app.record("patrol.nothing_wrong", body, { after, also: keepWith(walk) });
    return walk;
  }

  /** Ask the device again, after the member allowed it. */
  askAgain() {
    this.#trouble("");
    this.devices.here.again();
  }

  /** The map on the tablet is another now: everything is matched again. */
  mapChanged() {
    return this.#then(async () => {
      if (this.state === "recording" || this.state === "paused") await this.#match();
    });
  }

  /** Each second: write what came, match it, send a part when it is time, warn when nothing comes. */
  tick() {
    if (!this.recording) return Promise.resolve();
    this.#ticked = this.app.now();
    this.clock.keep();
    if (this.app.now() - this.#heard > SILENT_MS && !this.problem) this.#trouble("silent");
    return this.#then(async () => {
      await this.#flush();
      if (!this.recording) return;
      await this.#sendPartWhenDue();
      this.#tell("progress");
    });
  }

  async #takeUp() {
    const walk = await this.store.unfinished();
    if (!walk) {
      this.lock.release();
      this.#to("idle");
      return;
    }
    this.walk = walk;
    this.fixes = columns();
    for (const batch of await this.store.batches(walk.patrol)) append(this.fixes, batch);
    const { state, shift, stale, activeMs } = takeUp(walk, this.app.now());
    this.clock = this.#newClock({ shift, jumps: walk.jumps });
    if (walk.state === "ending") {
      this.#to("ending");
      await this.#finish().catch((error) => console.warn("the walk could not be ended", error));
      return;
    }
    this.stale = stale;
    await this.#change({ state, activeMs, since: this.clock.now() });
    if (state === "recording") this.#begin();
    else this.#to("paused");
    await this.#match();
    this.#tell("progress");
  }

  #begin() {
    this.clock.keep();
    this.#heard = this.#ticked = this.app.now();
    this.stop = this.devices.here.watch(
      (place) => this.#take(place),
      (problem) => this.#trouble(problem),
    );
    this.devices.awake.hold();
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), this.devices.every);
    this.#to("recording");
  }

  #quiet() {
    this.stop?.();
    clearInterval(this.timer);
    this.devices.awake.release();
    this.problem = "";
  }

  /** No more positions, and what came before on the disk; where that fails, recording goes on. */
  async #stopped(part) {
    const running = this.recording;
    this.#quiet();
    try {
      await this.#flush();
      await this.#change({ ...part, activeMs: this.seconds * 1000 });
    } catch (error) {
      if (running) this.#begin();
      throw error;
    }
  }

  #take(place) {
    if (!this.recording) return;
    this.clock.keep();
    const last = this.#waiting.ms.at(-1) ?? this.walk.lastMs ?? -Infinity;
    const ms = timeOf(place.timestamp, { now: this.clock.now(), wall: this.devices.wall(), last });
    push(this.#waiting, { ...place, ms });
    this.#heard = this.app.now();
    this.position = place;
    if (this.problem && this.problem !== "storage") this.#trouble("");
    // Timers of a page that is not seen may sleep for a minute: positions do not wait for them.
    if (this.#heard - this.#ticked > this.devices.every) this.tick();
  }

  async #flush() {
    const batch = this.#waiting;
    if (!batch.ms.length) return;
    this.#waiting = columns();
    const { fixes, batches } = this.walk;
    const counts = { fixes: fixes + batch.ms.length, batches: batches + 1, lastMs: batch.ms.at(-1) };
    const walk = { ...this.walk, ...counts, ...this.clock.kept() };
    try {
      await this.store.add(walk, batches, batch);
    } catch (error) {
      // Kept in memory and tried again with the next second.
      append(batch, this.#waiting);
      this.#waiting = batch;
      this.#trouble("storage");
      console.warn("fixes could not be written", error);
      return;
    }
    if (this.problem === "storage") this.#trouble("");
    this.walk = walk;
    append(this.fixes, batch);
    if (!this.#lost) await this.#add(batch);
    else if (this.app.now() >= this.#lost.again) await this.#match();
  }

  /** A new matcher with all fixes so far. */
  async #match() {
    this.matcher?.close();
    this.matcher = this.devices.matching(this.walk);
    await this.#add(this.fixes);
  }

  async #add(fixes) {
    if (!fixes.ms.length) return;
    try {
      this.progress = await this.matcher.add(fixes);
      this.#lost = null;
    } catch (error) {
      // The walk is recorded all the same, and soon matched again from its first fix; if that goes
      // wrong time after time, ever later, as it costs more than what is lost by waiting.
      console.warn("the walk could not be matched", error);
      const wait = Math.min((this.#lost?.wait ?? 500) * 2, LONGEST_WAIT_MS);
      this.#lost = { wait, again: this.app.now() + wait };
    }
  }

  async #sendPartWhenDue() {
    const { trackMode, fixes: total, sent, partAt: since } = this.walk;
    if (trackMode !== "tracks" || !partDue({ total, sent, since, now: this.clock.now() })) return;
    // Who records hears of it from the app; it is tried again with the next second.
    await this.#sendPart().catch((error) => console.warn("a part could not be written", error));
  }

  async #sendPart() {
    const { patrol, sent, fixes: total, parts: part } = this.walk;
    const upTo = Math.min(total, sent + MOST_FIXES);
    const body = { patrol, part, ...sliceOf(this.fixes, sent, upTo) };
    const partAt = this.clock.now();
    const more = () => ({ parts: part + 1, sent: upTo, partAt });
    await this.#record("patrol.fixes", body, this.walk, more);
  }

  async #finish() {
    const { patrol, trackMode, endedAt } = this.walk;
    await this.#flush();
    if (this.#waiting.ms.length) throw new Error("the last positions could not be written");
    while (trackMode === "tracks" && this.walk.sent < this.walk.fixes) await this.#sendPart();
    // Worked out from all fixes where it was not: a matcher that died loses nothing.
    if (this.progress?.fixes !== this.fixes.ms.length) await this.#match();
    const result = this.matcher.summary(this.progress, this.fixes);
    if (trackMode === "metres") {
      // The fixes go with the end: without all of their metres it must wait.
      if (this.#lost) throw new Error("the walk could not be matched");
      const part = this.walk.parts;
      const body = { patrol, part, ...this.matcher.wire(this.progress) };
      await this.#record("patrol.metres", body, this.walk, () => ({ parts: part + 1 }));
    }
    const body = { patrol, ended_at: endedAt, parts: this.walk.parts, nothing_wrong: false };
    const ended = { ...this.walk, state: "ended", result };
    await this.app.record("patrol.end", body, { after: [ended.started], also: endWith(ended) });
    this.matcher.close();
    Object.assign(this, { matcher: null, walk: null, progress: null, fixes: columns() });
    this.lock.release();
    this.#to("idle");
    return ended;
  }

  /** Record an operation and in the same transaction what the walk knows of it. */
  async #record(kind, body, walk, more) {
    let known;
    const also = {
      stores: ["walks"],
      write: (tx, operation) => {
        known = { ...walk, ...more(operation), ...this.clock.kept() };
        tx.objectStore("walks").put(known);
      },
    };
    await this.app.record(kind, body, { after: walk.started ? [walk.started] : [], also });
    this.walk = known;
  }

  async #change(part) {
    const walk = { ...this.walk, ...part, ...this.clock.kept() };
    await this.store.put(walk);
    this.walk = walk;
  }

  #newClock(kept = {}) {
    return new WalkClock({ now: () => this.app.now(), wall: this.devices.wall, ...kept });
  }

  /** One act after the other, whatever became of the one before. */
  #then(act) {
    const done = this.#chain.then(act);
    this.#chain = done.catch(() => {});
    return done;
  }

  #trouble(problem) {
    if (problem === this.problem) return;
    this.problem = problem;
    this.#tell("state");
  }

  #to(state) {
    this.state = state;
    this.#tell("state");
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }
}
