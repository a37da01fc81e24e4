// One time line for all that is recorded. A tablet's clock may be years off and may be set right in
// the middle of a walk; what was recorded before and after must still be in order and the right
// time apart. So the time line runs by the page's own counter (performance.now) and keeps a distance
// from the wall clock. The server learns from `sent_at` how far the whole line is off.
//
// The counter stands still while a device sleeps, and then the wall clock is right: a leap forward
// while nobody saw the page is taken for sleep, any other leap for somebody setting the clock.

/** Below this many ms the wall clock is only being adjusted, as every clock is now and then. */
export const LEAP = 2000;

export class Clock {
  #start;
  #counted;
  #last = 0;
  #unseen = false;
  /** Where the line is ahead of the wall clock, in ms; kept over a reload. */
  ahead = 0;
  /** The leaps that were noticed: {at: ms on the line, by: ms}. */
  leaps = [];

  /**
   * @param {{wall?: () => number, counter?: () => number, kept?: {ahead: number, last: number}}} options
   *   `kept` is what `toKeep()` gave when the page was open last.
   */
  constructor({ wall = Date.now, counter = () => performance.now(), kept = null } = {}) {
    this.wall = wall;
    this.counter = counter;
    if (kept && Number.isFinite(kept.ahead) && Number.isFinite(kept.last)) this.#resume(kept);
    this.#start = wall() + this.ahead;
    this.#counted = counter();
  }

  /** While the page was closed only the wall clock ran; it may have been set back meanwhile. */
  #resume({ ahead, last }) {
    const wall = this.wall();
    if (wall + ahead >= last) this.ahead = ahead;
    else if (wall < last) this.ahead = last - wall;
    this.#last = Math.min(last, wall + this.ahead);
  }

  /** The page is hidden or frozen from now on: the device may sleep. */
  hidden() {
    this.check();
    this.#unseen = true;
  }

  /** The page is seen again. */
  seen() {
    this.check();
    this.#unseen = false;
  }

  /** ms since 1970 on this line; whole, and never less than before. */
  now() {
    this.check();
    const at = Math.round(this.#start + this.counter() - this.#counted);
    this.#last = Math.max(this.#last, at);
    return this.#last;
  }

  /** Compares with the wall clock; gives the leap that was found in ms, else 0. */
  check() {
    const counter = this.counter();
    const line = this.#start + counter - this.#counted;
    const leap = this.wall() + this.ahead - line;
    if (Math.abs(leap) < LEAP) return 0;
    if (leap > 0 && this.#unseen) {
      this.#start = line + leap;
      this.#counted = counter;
      return 0;
    }
    this.ahead -= leap;
    this.leaps.push({ at: Math.round(line), by: Math.round(leap) });
    return leap;
  }

  /** Nothing waits to be sent and nothing is recorded: the wall clock may count again. */
  rebase() {
    if (!this.ahead) return;
    this.ahead = 0;
    this.#start = this.wall();
    this.#counted = this.counter();
    this.#last = 0;
  }

  toKeep() {
    const last = this.now();
    return { ahead: this.ahead, last };
  }
}

/** Minutes east of UTC at a moment, as the tablet is set. */
export const offsetAt = (ms) => -new Date(ms).getTimezoneOffset();
