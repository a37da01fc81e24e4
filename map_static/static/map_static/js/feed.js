// Keeps what is drawn of areas on screen (freshness, darkness): each asked for once, then now and again.
import { get } from "./api.js";

const AT_ONCE = 4;

/**
 * Asks for what `want` names; `got(code, answer)`, answer null where it may not be seen.
 * `stale()` is told when all is to be asked for again: whoever draws then wants what is on screen.
 */
export class Feed {
  #asked = new Set();
  /** Counts the questions; of each code, which one the newest answer was to. */
  #turn = 0;
  #answered = new Map();
  #queue = [];
  #running = 0;
  #window;

  /** `path` under /api/v1/; `window` is asked with: {days}, and {as_of} for a past day. */
  constructor(path, window, { got, stale, failed }) {
    this.path = path;
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

  /** Ask anew for everything on screen, or for these areas of it. */
  again(codes = null) {
    if (codes) for (const code of codes) this.#asked.delete(code);
    else {
      this.#asked.clear();
      this.#queue = [];
    }
    this.stale();
  }

  /** Ask again every so many seconds while the page is looked at. */
  start(seconds) {
    setInterval(() => document.visibilityState === "visible" && this.again(), seconds * 1000);
  }

  async #next() {
    if (this.#running >= AT_ONCE || !this.#queue.length) return;
    const code = this.#queue.shift();
    const window = this.#window;
    const turn = (this.#turn += 1);
    this.#running += 1;
    try {
      const answer = await get(this.path, { area: code, ...window });
      // Asked again, the older answer may come last.
      if (window !== this.#window || turn < this.#answered.get(code)) return;
      this.#answered.set(code, turn);
      this.got(code, answer);
    } catch (error) {
      if (error.status === 403 && error.code === "not_allowed") this.got(code, null);
      else this.failed(error);
    } finally {
      this.#running -= 1;
      this.#next();
    }
  }
}
