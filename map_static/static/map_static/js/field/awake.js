// Keeps the screen on while a walk is recorded: a dark tablet gets no positions. The browser lets go
// of the lock whenever the page is hidden, so it is asked for again when the page comes back.

export class Awake {
  #lock = null;
  #wanted = false;
  #asking = false;

  constructor({ wakeLock = globalThis.navigator?.wakeLock, document = globalThis.document } = {}) {
    this.wakeLock = wakeLock;
    this.document = document;
    document?.addEventListener("visibilitychange", () => this.#ask());
  }

  /** Whether the screen stays on now. */
  get held() {
    return this.#lock !== null;
  }

  hold() {
    this.#wanted = true;
    return this.#ask();
  }

  async release() {
    this.#wanted = false;
    const lock = this.#lock;
    this.#lock = null;
    await lock?.release();
  }

  async #ask() {
    if (!this.#wanted || this.#lock || this.#asking || !this.wakeLock) return;
    if (this.document?.visibilityState !== "visible") return;
    this.#asking = true;
    try {
      const lock = await this.wakeLock.request("screen");
      if (!this.#wanted) {
        await lock.release();
        return;
      }
      this.#lock = lock;
      lock.addEventListener("release", () => {
        if (this.#lock === lock) this.#lock = null;
      });
    } catch {
      // A low battery refuses it: the walk is recorded as long as the screen is on.
      this.#lock = null;
    } finally {
      this.#asking = false;
    }
  }
}
