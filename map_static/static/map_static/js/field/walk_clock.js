// The times of one walk: they only ever run forward, whatever becomes of the tablet's clock.
import { jumpOf } from "./walk_rules.js";

const MOST_NOTED = 50;

export class WalkClock {
  #before;

  /** `now` in ms never runs back while the page is open, `wall` may; `shift` and `jumps` of the walk. */
  constructor({ now, wall, shift = 0, jumps = [] }) {
    this.read = () => ({ now: now(), wall: wall() });
    this.shift = shift;
    /** What the wall clock did meanwhile: [{at, seconds}]. */
    this.jumps = jumps;
    this.#before = this.read();
  }

  /** The walk's time, ms since 1970. */
  now() {
    return this.read().now + this.shift;
  }

  /** The tablet's clock may have been put right during a pause. */
  notBefore(ms) {
    this.shift += Math.max(0, ms - this.now());
  }

  /** Note when somebody sets the clock: to be called every few seconds. */
  keep() {
    const clock = this.read();
    const jump = jumpOf(this.#before, clock);
    this.#before = clock;
    if (!jump) return;
    const noted = { at: Math.round(clock.now + this.shift), seconds: Math.round(jump / 1000) };
    this.jumps = [...this.jumps, noted].slice(-MOST_NOTED);
  }

  /** What the walk keeps of it. */
  kept() {
    return { shift: this.shift, jumps: this.jumps };
  }
}
