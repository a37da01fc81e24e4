// What the screens show, in memory: read from the tablet's disk at the start and after each change,
// also by another tab. Everything can be asked without waiting.

/** So many rows are read at once: the page answers touches in between. */
const CHUNK = 250;
/** A long queue is answered batch by batch: those who listen hear of it so often at most, in ms. */
const HEARD_MS = 250;
const FEW = 10;
const RECORDS = ["cases", "lamps", "visits", "conflicts"];

export class FieldData extends EventTarget {
  #rows = Object.fromEntries(RECORDS.map((name) => [name, []]));
  #operations = new Map();
  #sorted = null;
  #packages = [];
  #freshness = [];
  #reference = null;
  #ground = null;
  #makeGround;
  #soon = null;

  /** @param {{db: import("idb").IDBPDatabase, makeGround: (packages: Object[]) => Object}} parts */
  constructor({ db, makeGround }) {
    super();
    this.db = db;
    this.#makeGround = makeGround;
  }

  cases() {
    return this.#rows.cases;
  }

  lamps() {
    return this.#rows.lamps;
  }

  visits() {
    return this.#rows.visits;
  }

  conflicts() {
    return this.#rows.conflicts;
  }

  /** Categories, checklists and words as the server gave them, or null before the first time. */
  reference() {
    return this.#reference;
  }

  /** The packages of all own cells as they came. */
  packages() {
    return this.#packages;
  }

  /** Ground of all packages (packages.js), or null where there is none yet. */
  ground() {
    if (!this.#ground && this.#packages.length) this.#ground = this.#makeGround(this.#packages);
    return this.#ground;
  }

  /** The answers of freshness/<cell>/ of all own cells. */
  freshness() {
    return this.#freshness;
  }

  /** Stored operations in the order in which they were recorded. */
  operations() {
    this.#sorted ??= [...this.#operations.values()].sort((a, b) => a.sequence - b.sequence);
    return this.#sorted;
  }

  /** Read everything. */
  async load() {
    await this.reload([...RECORDS, "packages", "freshness", "reference", "operations"]);
  }

  /** Read some of it again and tell who listens. */
  async reload(what) {
    for (const name of what) {
      if (RECORDS.includes(name)) this.#rows[name] = await this.#all(name);
    }
    if (what.includes("packages")) {
      this.#packages = (await this.#all("packages")).map(({ content }) => content);
      this.#ground = null;
    }
    if (what.includes("freshness")) {
      this.#freshness = (await this.#all("freshness")).map(({ content }) => content);
    }
    if (what.includes("reference")) {
      this.#reference = (await this.db.get("reference", "reference")) ?? null;
    }
    if (what.includes("operations")) {
      this.#operations = new Map((await this.#all("operations")).map((each) => [each.id, each]));
      this.#sorted = null;
    }
    this.tell(what);
  }

  /** Operations were recorded or answered. */
  put(operations) {
    for (const operation of operations) this.#operations.set(operation.id, operation);
    this.#sorted = null;
    if (operations.length <= FEW) this.tell(["operations"]);
    else this.#tellSoon();
  }

  /** Read these operations again: another tab changed them. */
  async again(ids) {
    const found = await Promise.all(ids.map((id) => this.db.get("operations", id)));
    for (const [i, operation] of found.entries()) {
      if (operation) this.#operations.set(ids[i], operation);
      else this.#operations.delete(ids[i]);
    }
    this.#sorted = null;
    if (ids.length <= FEW) this.tell(["operations"]);
    else this.#tellSoon();
  }

  /** Photos of operations are not held in memory: {id, operation, bytes, sent, state} without pictures. */
  async photos() {
    const rows = await this.db.getAll("photos");
    return rows.map(({ blob, ...rest }) => ({ ...rest, hasPicture: Boolean(blob) }));
  }

  /** The picture of one, or undefined. */
  async picture(id) {
    return (await this.db.get("photos", id))?.blob;
  }

  async #all(store) {
    const rows = [];
    let range;
    for (;;) {
      const tx = this.db.transaction(store);
      const [keys, values] = await Promise.all([
        tx.store.getAllKeys(range, CHUNK),
        tx.store.getAll(range, CHUNK),
      ]);
      for (const value of values) rows.push(value);
      if (values.length < CHUNK) return rows;
      range = IDBKeyRange.lowerBound(keys.at(-1), true);
    }
  }

  #tellSoon() {
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.tell(["operations"]);
    }, HEARD_MS);
  }

  /** Tell who listens that some of it changed. */
  tell(what) {
    this.dispatchEvent(new CustomEvent("change", { detail: { what: new Set(what) } }));
  }
}
