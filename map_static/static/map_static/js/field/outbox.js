// The queue of what was recorded and is not at the server yet. One sender at a time on the whole
// tablet, oldest first; an operation is marked only with the server's own answer about it.
import { answeredBy } from "./answers.js";
import { STRICT } from "./db.js";
import { wire } from "./operations.js";
import { sendPhotos } from "./photo_sender.js";

/** At most so many operations and characters of JSON go in one request. */
export const MOST_OPERATIONS = 200;
export const MOST_SIZE = 1_000_000;
/** An answer to each of them: what the server may say of an operation. */
const STATES = new Set(["applied", "already_applied", "held", "conflict", "rejected"]);
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** So often a batch that the server trips over is sent again before it is taken apart. */
const PATIENCE = 3;

/** How long to wait after so many failures in a row, in ms: doubling, and never all tablets at once. */
export function waitAfter(failures, random = Math.random) {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  return Math.round(most / 2 + (random() * most) / 2);
}

export class Outbox extends EventTarget {
  #running = null;
  #again = false;
  #timer = null;
  #faults = 0;
  #most = MOST_OPERATIONS;
  #renamed = false;

  /**
   * @param {{db, transport, device: () => Promise<string>, newDevice: () => Promise<string>,
   *   allowed: () => Promise<string>, changed: (operations: Object[]) => void, lock, member}} parts
   *   `allowed()`: "" when the member is signed in in this browser, else why not; `lock(name, options,
   *   work)` is navigator.locks.request.
   */
  constructor(parts) {
    super();
    Object.assign(this, { random: Math.random, lock: lockOf(), now: Date.now, ...parts });
    /** Operations and photos that the server does not have yet. */
    this.unsent = 0;
    this.photosUnsent = 0;
    /** Why nothing is sent at the moment: "" or an outcome's kind. */
    this.problem = "";
    /** ms since 1970 of the last answer, 0 before the first. */
    this.lastContact = 0;
    this.failures = 0;
  }

  /** Count what waits, and take up again what was set aside when the app ran last. */
  async open() {
    await this.again();
  }

  /** What was set aside is tried once more, photos too. */
  async again() {
    const tx = this.db.transaction(["operations", "photos"], "readwrite", STRICT);
    const changed = [];
    const stuck = IDBKeyRange.bound(["stuck"], ["stuck", []]);
    for await (const cursor of tx.objectStore("operations").index("state").iterate(stuck)) {
      const operation = { ...cursor.value, state: "waiting" };
      cursor.update(operation);
      changed.push(operation);
    }
    for await (const cursor of tx.objectStore("photos").index("state").iterate("failed")) {
      cursor.update({ ...cursor.value, state: "waiting", sent: 0 });
    }
    await tx.done;
    if (changed.length) this.changed(changed);
    await this.recount();
  }

  /** Count again; tells who listens. */
  async recount() {
    const tx = this.db.transaction(["operations", "photos"]);
    const states = tx.objectStore("operations").index("state");
    const pictures = tx.objectStore("photos").index("state");
    const [waiting, stuck, photos, failed] = await Promise.all([
      states.count(IDBKeyRange.bound(["waiting"], ["waiting", []])),
      states.count(IDBKeyRange.bound(["stuck"], ["stuck", []])),
      pictures.count("waiting"),
      pictures.count("failed"),
    ]);
    this.unsent = waiting + stuck;
    this.photosUnsent = photos + failed;
    this.#tell();
  }

  /** One more was recorded: send soon, together with what follows at once. */
  added() {
    this.unsent += 1;
    this.#tell();
    if (!this.#timer) this.#later(300);
  }

  /** Whatever kept it from sending may be over: the network is back, somebody signed in. */
  wake() {
    this.failures = 0;
    return this.flush();
  }

  /**
   * Send all that waits. Resolves with "" when nothing is left to send, else with what stands in the
   * way: an outcome's kind, or "elsewhere" when another tab is sending.
   * @param {{wait?: boolean}} options wait until another tab has finished its turn
   */
  flush({ wait = false } = {}) {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#running = this.#turn(wait).finally(() => {
      this.#running = null;
      if (this.#again) {
        this.#again = false;
        if (!this.#timer) this.#later(50);
      }
    });
    return this.#running;
  }

  stop() {
    clearTimeout(this.#timer);
    this.stopped = true;
  }

  async #turn(wait) {
    const name = `gridwalk-outbox-${this.member}`;
    const options = wait ? {} : { ifAvailable: true };
    const problem = await this.lock(name, options, (lock) => (lock ? this.#guarded() : "elsewhere"));
    if (problem !== "elsewhere") this.problem = problem;
    if (problem && problem !== "elsewhere") {
      this.failures += 1;
      this.#later(this.pause ?? waitAfter(this.failures, this.random));
      this.pause = null;
    } else if (!problem) this.failures = 0;
    await this.recount();
    return problem;
  }

  #later(ms) {
    clearTimeout(this.#timer);
    if (this.stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.flush();
    }, ms);
    this.#timer.unref?.();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** The tablet's own storage may fail in the middle: what was not marked is sent again. */
  async #guarded() {
    try {
      return await this.#sendAll();
    } catch (error) {
      if (!this.stopped) console.error("outbox", error);
      return "storage";
    }
  }

  async #sendAll() {
    if (!(await this.#anything())) return "";
    const forbidden = await this.allowed();
    if (forbidden) return forbidden;
    this.#renamed = false;
    for (;;) {
      const batch = await this.#batch();
      if (!batch.length) break;
      const problem = await this.#sendOne(batch);
      if (problem) return problem;
      await this.recount();
    }
    const photos = await sendPhotos(this);
    return photos;
  }

  async #anything() {
    await this.recount();
    return this.unsent + this.photosUnsent > 0;
  }

  /** The oldest that wait, as stored. */
  async #batch() {
    const range = IDBKeyRange.bound(["waiting"], ["waiting", []]);
    const found = await this.db.getAllFromIndex("operations", "state", range, this.#most);
    let size = 0;
    const fits = found.findIndex((operation) => {
      size += JSON.stringify(wire(operation)).length;
      return size > MOST_SIZE;
    });
    // One that is too large by itself is sent all the same: the server says what is to be done.
    return fits < 0 ? found : found.slice(0, Math.max(fits, 1));
  }

  /** Send one batch; "" when the queue goes on. */
  async #sendOne(batch) {
    const before = await this.#noteTried(batch.at(-1).sequence);
    const outcome = await this.transport.send(this.member, await this.device(), batch.map(wire));
    if (outcome.kind === "ok") {
      this.lastContact = this.now();
      const answered = await this.#take(batch, outcome.body.answers);
      this.#faults = 0;
      if (answered) this.#most = Math.min(MOST_OPERATIONS, this.#most * 2);
      // An answer about none of them is no reason to ask again at once.
      return answered ? "" : "fault";
    }
    if (outcome.retryAfter) this.pause = Math.min(outcome.retryAfter * 1000, LONGEST_WAIT_MS);
    if (outcome.kind === "wrong_device") return this.#wrongDevice(before);
    if (outcome.kind === "too_large" || outcome.kind === "refused") return this.#apart(batch, outcome);
    if (outcome.kind === "fault") {
      this.#faults += 1;
      // One operation that the server trips over must not keep the others waiting.
      if (this.#faults >= PATIENCE) return this.#apart(batch, outcome);
    }
    return outcome.kind;
  }

  /** Half of the batch next time; one that is refused by itself is set aside, never thrown away. */
  async #apart(batch, outcome) {
    if (batch.length > 1) {
      this.#most = Math.ceil(batch.length / 2);
      return "";
    }
    const { code = outcome.kind, message = "" } = outcome;
    await this.#mark(batch, { state: "stuck", code, message });
    this.#most = MOST_OPERATIONS;
    this.#faults = 0;
    return "";
  }

  /**
   * The device's name belongs to somebody else at the server (a copied tablet, a restored one). With
   * another name the same operations could be taken in twice, unless none was ever sent.
   */
  async #wrongDevice(triedBefore) {
    // Or somebody else has just signed in.
    const forbidden = await this.allowed();
    if (forbidden || this.#renamed) return forbidden || "wrong_device";
    const tx = this.db.transaction(["operations", "meta"]);
    const [recorded, waiting] = await Promise.all([
      tx.objectStore("meta").get("sequence"),
      tx.objectStore("operations").index("state").count(IDBKeyRange.bound(["waiting"], ["waiting", []])),
    ]);
    if (triedBefore || waiting !== recorded) return "wrong_device";
    await this.newDevice();
    this.#renamed = true;
    await this.db.delete("meta", "tried");
    return "";
  }

  /** Up to which number anything was ever sent, whatever became of it; gives what it was before. */
  async #noteTried(sequence) {
    const tx = this.db.transaction("meta", "readwrite");
    const before = (await tx.store.get("tried")) ?? 0;
    if (sequence > before) tx.store.put(sequence, "tried");
    await tx.done;
    return before;
  }

  async #mark(batch, change) {
    const tx = this.db.transaction("operations", "readwrite", STRICT);
    const changed = batch.map((operation) => ({ ...operation, ...change }));
    for (const operation of changed) tx.store.put(operation);
    await tx.done;
    this.changed(changed);
  }

  /** Write down the answers; gives how many of the batch were answered. */
  async #take(batch, answers) {
    const said = new Map(answers.map((answer) => [answer?.id, answer]));
    const changed = [];
    const tx = this.db.transaction("operations", "readwrite", STRICT);
    for (const operation of batch) {
      const answer = said.get(operation.id);
      if (!STATES.has(answer?.state)) continue;
      const taken = answeredBy(operation, answer, this.now());
      changed.push(taken);
      tx.store.put(taken);
    }
    await tx.done;
    if (changed.length) this.changed(changed);
    return changed.length;
  }
}

const lockOf = () => (name, options, work) => navigator.locks.request(name, options, work);
