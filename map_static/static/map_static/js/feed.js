// Keeps the freshness of the communities on screen: each asked for once, then again now and then.
import { get } from "./api.js";

const AGAIN = 60_000;
const AT_ONCE = 4;

/** Asks for what `want` names; `got(code, answer)`, answer null where it may not be seen. */
export class FreshnessFeed {
  #asked = new Map();
  #queue = [];
  #running = 0;
  #days;

  constructor(days, got, failed) {
    this.#days = days;
    this.got = got;
    this.failed = failed;
  }

  want(code) {
    if (this.#asked.has(code)) return;
    this.#asked.set(code, 0);
    this.#queue.push(code);
    this.#next();
  }

  /** Another window: everything on screen is asked for again; the old colours stay until then. */
  setDays(days) {
    this.#days = days;
    this.again();
  }

  again() {
    const codes = [...this.#asked.keys()];
    this.#asked.clear();
    this.#queue = [];
    for (const code of codes) this.want(code);
  }

  /** Ask again each minute while the page is looked at. */
  start() {
    setInterval(() => document.visibilityState === "visible" && this.again(), AGAIN);
  }

  async #next() {
    if (this.#running >= AT_ONCE || !this.#queue.length) return;
    const code = this.#queue.shift();
    const days = this.#days;
    this.#running += 1;
    try {
      const answer = await get("freshness/", { area: code, days });
      if (days === this.#days) this.got(code, answer);
    } catch (error) {
      if (error.status === 403 && error.code === "not_allowed") this.got(code, null);
      else this.failed(error);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }
}
