// Of several tabs one records: it holds a lock that the browser takes back when the tab is gone.

export class TabLock {
  #release = null;

  constructor(locks, name) {
    this.locks = locks;
    this.name = name;
  }

  /** Whether this tab holds it now; with `wait` resolves when it does. */
  hold({ wait = false } = {}) {
    if (this.#release) return Promise.resolve(true);
    return new Promise((resolve, reject) => {
      const held = (lock) => {
        if (!lock) return resolve(false);
        return new Promise((release) => {
          this.#release = release;
          resolve(true);
        });
      };
      this.locks.request(this.name, { ifAvailable: !wait }, held).catch(reject);
    });
  }

  release() {
    this.#release?.();
    this.#release = null;
  }
}
