// The app's parts and how they hang together. What the screens may use is public here.
import { Clock } from "./clock.js";
import { FieldData } from "./app_data.js";
import { deviceOf, outboxOf } from "./device.js";
import { dropRecords, openMember, openTablet, StorageFull } from "./db.js";
import { lookNow } from "./look.js";
import { makeNotices } from "./notices.js";
import { record } from "./operations.js";
import { Ground } from "./packages.js";
import { pull } from "./pull.js";
import { followClock, keepGoing } from "./rhythm.js";
import { dropDraftsOfGone, dropOldHomes } from "./records_drafts.js";
import { Session } from "./session.js";
import { Shell } from "./shell.js";
import { leave } from "./sign_out.js";
import { StatusLine } from "./status_line.js";
import { askToKeep, forgetKept, noteKept, prune, readKept } from "./storage.js";
import { Told } from "./told.js";
import { tellProblems } from "./problems.js";
import { Transport } from "./transport.js";
import { otherVersion, startUpdates } from "./updates.js";
import { startWalking } from "./walking.js";
import { makeSay, makeWords } from "./words.js";

const CHANNEL = "gridwalk";

export class App {
  #pulling = null;
  #channel = new BroadcastChannel(CHANNEL);

  constructor(page) {
    const { language } = document.documentElement.dataset;
    const { words, ...settings } = page;
    this.settings = { ...settings, language };
    this.words = makeWords({ words: words[language], language });
    this.say = makeSay(this.settings, this.words, () => this.now());
    this.notice = makeNotices(this.words);
    this.clock = new Clock();
    this.transport = new Transport({ version: page.version, now: () => this.now() });
    this.told = new Told({ transport: this.transport });
    this.shell = new Shell(this);
    /** "kept": the browser promises to keep what is here; "may_go"; "unknown". */
    this.storage = "unknown";
  }

  /** {id, name} of who uses the tablet; null: nobody. */
  get member() {
    return this.session?.member ?? null;
  }

  /** Where the tablet is: {lon, lat, accuracy, ms}, or null. */
  get position() {
    return this.here?.last ?? null;
  }

  /** Whether a walk has begun and not ended, paused or in another tab, too. */
  get walking() {
    return Boolean(this.walk) && this.walk.state !== "idle";
  }

  /** ms since 1970 on the tablet's time line, which never leaps. */
  now() {
    return this.clock.now();
  }

  /** The look in force: "light", "dark" or "night". */
  look() {
    return lookNow();
  }

  async start() {
    try {
      await this.#start();
    } catch (error) {
      this.notice(this.words("field.storage_broken", { message: String(error) }), { kind: "error" });
      throw error;
    }
  }

  async #start() {
    const old = () => this.#stale();
    this.tablet = await openTablet({ old });
    this.session = new Session({ tablet: this.tablet, transport: this.transport });
    startUpdates(this);
    await this.session.begin();
    if (!this.member) await this.session.check();
    this.session.addEventListener("change", () => this.#sessionChanged());
    this.session.addEventListener("version", () => otherVersion(this));
    this.#channel.onmessage = ({ data }) => this.#heard(data);
    if (!this.member) {
      this.shell.show("sign_in");
      window.addEventListener("online", () => this.session.check());
      this.status = new StatusLine(this);
      return;
    }
    await this.#open(old);
  }

  /** The member's own database and all that runs on it. */
  async #open(old) {
    this.db = await openMember(this.member.id, {
      old,
      lost: old,
      blocked: () => this.notice(this.words("field.other_tab_old"), { kind: "error", key: "old" }),
    });
    this.clock = new Clock({ kept: await this.db.get("meta", "clock") });
    followClock(this);
    this.data = new FieldData({ db: this.db, makeGround: (packages) => new Ground(packages) });
    this.data.pulledAt = (await this.db.get("meta", "pulled_at")) ?? null;
    this.outbox = outboxOf(this);
    await this.#lookForLoss();
    if (await dropOldHomes(this.db, this.now())) {
      this.notice(this.words("field.homes_gone"), { kind: "info", key: "homes" });
    }
    await this.device();
    await this.data.load();
    await this.outbox.open();
    this.outbox.addEventListener("change", () => this.#counted());
    this.#counted();
    await startWalking(this);
    this.walk.addEventListener("state", () => this.walking || this.#letOther());
    this.status = new StatusLine(this);
    const here = this.walking && this.walk.state !== "elsewhere";
    await this.shell.show(here ? "walk" : "home");
    tellProblems(this);
    keepGoing(this);
    this.#ready();
    this.storage = await askToKeep();
    this.status.draw();
    await prune(this.db, this.now());
  }

  /** The number of this outbox: one member on one tablet. */
  device(options) {
    return deviceOf(this.db, () => this.now(), options);
  }

  /**
   * Record what the member did: resolves when it is on the tablet's disk (operations.js `record`).
   * @throws StorageFull, after telling; nothing was saved then, and the caller keeps its draft.
   */
  async record(kind, body, options = {}) {
    let operation;
    try {
      operation = await record(this.db, this.clock, kind, body, options);
    } catch (error) {
      const full = error instanceof StorageFull;
      const sentence = full ? "field.storage_full" : "field.not_saved";
      this.notice(this.words(sentence), { kind: "error", key: "storage" });
      throw error;
    }
    this.data.put([operation]);
    this.tell({ operations: [operation.id] });
    this.outbox.added();
    return operation;
  }

  /** Send what waits, then fetch what changed. Gives "" or what stands in the way. */
  pull() {
    this.#pulling ??= this.#pull()
      .catch((error) => this.#notKept(error))
      .then((problem) => {
        this.pullProblem = problem;
        return problem;
      })
      .finally(() => {
        this.#pulling = null;
      });
    return this.#pulling;
  }

  async #pull() {
    // Unsent work goes up before anything is taken away from the tablet.
    const problem = await this.outbox.wake();
    if (problem && problem !== "elsewhere") return problem;
    if (problem === "elsewhere") return "";
    const kind = await this.session.check();
    if (kind !== "ok") return kind;
    if (this.session.state !== "in") return "sign_in";
    const found = await pull({
      db: this.db,
      transport: this.transport,
      device: () => this.device(),
      now: () => this.now(),
      changed: (what, operations) => this.#pulled(what, operations),
    });
    if (found === "sign_in") this.session.ended();
    if (!found) {
      this.data.pulledAt = this.now();
      await this.db.put("meta", this.data.pulledAt, "pulled_at");
      await dropDraftsOfGone(this.db);
      this.tell({ pulledAt: this.data.pulledAt });
      // Nothing waits for it.
      this.told.ask();
    }
    this.status?.draw();
    return found;
  }

  /** What came could not be written down: it is fetched again when there is room. */
  #notKept(error) {
    if (!(error instanceof StorageFull)) throw error;
    this.notice(this.words("field.no_room_to_fetch"), { kind: "error", key: "storage" });
    return "storage";
  }

  async #pulled(what, operations) {
    if (operations) this.data.put(operations);
    else await this.data.reload(what);
    if (what.includes("photos")) this.outbox.recount();
    this.tell({ what });
  }

  /** Tell the app in other tabs of this browser. */
  tell(message) {
    this.#channel.postMessage({ member: this.member?.id, ...message });
  }

  show(screen, params, options) {
    return this.shell.show(screen, params, options);
  }

  back() {
    this.shell.back();
  }

  home() {
    return this.shell.show("home");
  }

  /** Sign out; what was not sent stays on the tablet under this member (sign_out.js). */
  leave() {
    return leave(this);
  }

  #heard({ member, operations, what, pulledAt, session }) {
    if (session) {
      location.reload();
      return;
    }
    if (!this.data || member !== this.member?.id) return;
    if (operations?.length) this.data.again(operations);
    if (what) this.data.reload(what);
    if (pulledAt) this.data.pulledAt = pulledAt;
    this.outbox.recount();
  }

  /** Somebody signed in, or nobody is any more. */
  #sessionChanged() {
    const { state } = this.session;
    if (state === "in" && !this.db) location.reload();
    else if (state === "in") this.outbox?.wake();
    else if (!this.walking) this.#letOther();
    if (this.db) tellProblems(this);
    else if (state === "out") this.shell.show("sign_in", {}, { replace: true });
    this.status?.draw();
  }

  /** Another member: a page of their own, with their own database; nothing of homes stays behind. */
  async #letOther() {
    const { state, other } = this.session;
    if (state !== "other") return;
    this.outbox?.stop();
    if (this.db) await dropRecords(this.db);
    await this.session.take(other);
    location.reload();
  }

  #counted() {
    const { unsent, photosUnsent } = this.outbox;
    noteKept(this.member.id, unsent + photosUnsent);
    this.session.noteUnsent(unsent + photosUnsent);
    if (!unsent && !photosUnsent && !this.walking) this.#rebase();
    this.status?.draw();
    tellProblems(this);
  }

  #rebase() {
    if (!this.clock.ahead) return;
    this.clock.rebase();
    this.db.put("meta", this.clock.toKeep(), "clock");
  }

  /** The note in the cookie tells of work that the database knows nothing of. */
  async #lookForLoss() {
    const note = readKept();
    if (note?.member !== this.member.id || (await this.db.get("meta", "device"))) return;
    forgetKept();
    const sentence = note.unsent ? "field.evicted_unsent" : "field.evicted";
    this.notice(this.words(sentence, { n: note.unsent }), { kind: "error", key: "evicted" });
  }

  /** A newer page in another tab changes the database: this one can only be loaded again. */
  #stale() {
    this.outbox?.stop();
    const reload = { label: this.words("field.reload"), act: () => location.reload() };
    this.notice(this.words("field.page_old"), { kind: "error", key: "old", action: reload });
  }

  #ready() {
    document.body.dataset.ready = "";
  }
}
