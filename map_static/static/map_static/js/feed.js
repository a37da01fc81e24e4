// Keeps the freshness of the communities on screen: each asked for once, then again each minute.
import { get } from "./api.js";

const AGAIN = 60_000;
const AT_ONCE = 4;

/**
 * Asks for what `want` names; `got(code, answer)`, answer null where it may not be seen.
 * `stale()` is told when all is to be asked for again: whoever draws then wants what is on screen.
 */
export class FreshnessFeed {
  #asked = new Set();
  #queue = [];
  #running = 0;
  #window;

  /** `window` is asked with: {days}, and {as_of} for a past day. */
  constructor(window, { got, stale, failed }) {
    this.#window = window;
    this.got = got;
    this.stale = stale;
    this.failed = failed;
  }

  want(code) {
    if (this.#asked.has(code)) return;
    this.#asked.add(code);
    this.#queue.push(code);
    this.#next();
  }

  /** Another window: everything on screen is asked for again; the old colours stay until then. */
  setWindow(window) {
    this.#window = window;
    this.again();
  }

  again() {
    this.#asked.clear();
    this.#queue = [];
    this.stale();
  }

  /** Ask again each minute while the page is looked at. */
  start() {
    setInterval(() => document.visibilityState === "visible" && this.again(), AGAIN);
  }

  async #next() {
    if (this.#running >= AT_ONCE || !this.#queue.length) return;
    const code = this.#queue.shift();
    const window = this.#window;
    this.#running += 1;
    try {
      const answer = await get("freshness/", { area: code, ...window });
      if (window === this.#window) this.got(code, answer);
    } catch (error) {
      if (error.status === 403 && error.code === "not_allowed") this.got(code, null);
      else this.failed(error);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }
}
