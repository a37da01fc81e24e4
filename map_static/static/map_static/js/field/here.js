// Where the tablet is. The device is asked only while somebody watches, and nothing is kept here but
// the last answer: storing positions is the recorder's, between Start and End.

const WATCHED = { enableHighAccuracy: true, maximumAge: 0 };
const DENIED = 1;
/** Some devices say nothing while they stand still: after so long they are asked once more. */
export const ASK_AGAIN_MS = 8000;
/** A position older than this may be anywhere by now. */
const LATE_MS = 60_000;
/** Nobody waits longer for a position that a screen can do without. */
const PATIENCE_MS = 3000;

/**
 * What is told to those who watch: {lon, lat in degrees (WGS 84), accuracy in metres or null,
 * timestamp in ms by the device's wall clock}.
 */
export function placeOf({ coords, timestamp }) {
  const { longitude: lon, latitude: lat, accuracy } = coords;
  return { lon, lat, accuracy: Number.isFinite(accuracy) ? accuracy : null, timestamp };
}

export class Here {
  #watchers = new Map();
  #watch = null;
  #again = null;
  #heard = 0;

  /** `now` is a clock in ms that never runs back; `seen(place | null)` is told of all, and of the end. */
  constructor({ geolocation = globalThis.navigator?.geolocation, now, every = ASK_AGAIN_MS, seen = () => {} }) {
    this.geolocation = geolocation;
    this.seen = seen;
    this.now = now;
    this.every = every;
    /** The last answer {lon, lat, accuracy, timestamp, ms}, or null. */
    this.last = null;
    /** Why there is none: "" | "denied" | "unavailable" | "unsupported". */
    this.problem = geolocation ? "" : "unsupported";
  }

  /** Calls `told(place)` at each answer and `failed(problem)` at each failure; gives the way to stop. */
  watch(told, failed = () => {}) {
    const key = Symbol("watcher");
    this.#watchers.set(key, { told, failed });
    if (this.problem === "unsupported") failed(this.problem);
    else if (this.#watch === null) this.#begin();
    return () => {
      this.#watchers.delete(key);
      if (this.#watchers.size || this.#watch === null) return;
      this.#stop();
      this.seen(null);
    };
  }

  /** The last answer where it is not old, else null. */
  lately() {
    return this.last && this.now() - this.last.ms < LATE_MS ? this.last : null;
  }

  /** The last answer or, where that is old, the next one; null where none comes within `wait` ms. */
  soon(wait = PATIENCE_MS) {
    const last = this.lately();
    if (last) return Promise.resolve(last);
    return new Promise((resolve) => {
      const done = (place) => {
        clearTimeout(timer);
        queueMicrotask(() => stop());
        resolve(place);
      };
      const timer = setTimeout(done, wait, null);
      const stop = this.watch(done, () => done(null));
    });
  }

  /** Ask anew after a refusal, when the member has allowed it in the settings. */
  again() {
    if (!this.#watchers.size || this.problem === "unsupported") return;
    this.#stop();
    this.#begin();
  }

  #begin() {
    this.#heard = this.now();
    this.#watch = this.geolocation.watchPosition(
      (position) => this.#told(position),
      (error) => this.#failed(error),
      WATCHED,
    );
    this.#again = setInterval(() => this.#ask(), this.every);
    this.#again.unref?.();
  }

  #stop() {
    if (this.#watch !== null) this.geolocation.clearWatch(this.#watch);
    clearInterval(this.#again);
    this.#watch = null;
  }

  #ask() {
    if (this.now() - this.#heard < this.every) return;
    this.geolocation.getCurrentPosition(
      (position) => this.#watch !== null && this.#told(position),
      () => {},
      { ...WATCHED, timeout: this.every },
    );
  }

  #told(position) {
    this.#heard = this.now();
    this.problem = "";
    this.last = { ...placeOf(position), ms: this.#heard };
    this.seen(this.last);
    for (const { told } of [...this.#watchers.values()]) told(this.last);
  }

  #failed({ code }) {
    this.problem = code === DENIED ? "denied" : "unavailable";
    for (const { failed } of [...this.#watchers.values()]) failed(this.problem);
  }
}
