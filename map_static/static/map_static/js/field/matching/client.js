/** The page's side of the matching worker. */

import { partsOf } from "./walking_network.js";

/** The worker is gone or failed; a new client that is given all fixes again goes on. */
export class MatchingLost extends Error {
  name = "MatchingLost";
}

/** Imports ./worker.js, from an address that the tablet's service worker answers for. */
const ADDRESS = "/field/matching.js";

export function startWorker() {
  return new Worker(ADDRESS, { type: "module" });
}

export class MatchingClient {
  /** Milliseconds that the worker was busy. */
  busy = 0;

  #worker;
  #lost = null;
  #sent = 0;
  #asked = []; // who waits for the answer under way
  #waiting = []; // fixes and who waits, for the next message

  /**
   * Starts a worker for one walk on the ground that the tablet has.
   * @param {object} ground a Ground of ../packages.js
   * @param {{mode: "foot" | "cycle", start?: () => Worker}} options
   */
  constructor(ground, { mode, start = startWorker }) {
    const parts = partsOf(ground);
    this.#worker = start();
    this.#worker.addEventListener("message", ({ data }) => this.#take(data));
    this.#worker.addEventListener("error", (event) => this.#fail(event.message));
    this.#worker.addEventListener("messageerror", () => this.#fail("unreadable message"));
    const buffers = Object.values(parts).map((part) => part.buffer);
    this.#worker.postMessage({ type: "open", parts, mode }, buffers);
  }

  /**
   * Adds fixes; after a reload a new client is given all of them again, in one call.
   *
   * One message is under way at a time. What comes meanwhile is joined, and gets one answer.
   * @param {import("./live_walk.js").Fix[]} fixes
   * @returns {Promise<import("./live_walk.js").SoFar>} of all fixes so far
   * @throws {MatchingLost} when the worker died or the client was closed
   */
  add(fixes) {
    return new Promise((resolve, reject) => {
      if (this.#lost) {
        reject(this.#lost);
        return;
      }
      this.#waiting.push({ fixes, resolve, reject });
      if (!this.#asked.length) this.#send();
    });
  }

  /** Ends the worker; whoever still waits is told. */
  close() {
    this.#fail("closed");
  }

  #send() {
    this.#asked = this.#waiting;
    this.#waiting = [];
    this.#sent += 1;
    const fixes = this.#asked.flatMap((ask) => ask.fixes);
    this.#worker.postMessage({ type: "add", n: this.#sent, fixes });
  }

  #take({ type, n, soFar, milliseconds, message }) {
    if (this.#lost || n !== this.#sent) return;
    if (type === "failed") {
      this.#fail(message);
      return;
    }
    this.busy += milliseconds;
    const asked = this.#asked;
    this.#asked = [];
    if (this.#waiting.length) this.#send();
    for (const { resolve } of asked) resolve(soFar);
  }

  #fail(message) {
    if (this.#lost) return;
    this.#lost = new MatchingLost(message);
    this.#worker.terminate();
    for (const { reject } of [...this.#asked, ...this.#waiting]) reject(this.#lost);
    this.#asked = [];
    this.#waiting = [];
  }
}
