/**
 * Fewer and better positions: means of neighbouring fixes, and one position per stay; as
 * spatial/matching_observations.py, which has the reasons.
 */

import { hypot, room } from "./rooms.js";

export const BLOCK_SECONDS = 6.0;
const BLOCK_METRES = 8.0;
const STAY_SECONDS = 150.0;
const STAY_METRES = 12.0;
const STAY_DEVIATIONS = 2.5;
const STAY_BLOCKS_AWAY = 5;
const PACE_STEP = 0.25; // m/s

/** Positions (metres), first and last moment of the fixes behind each, m of noise per axis. */
class Table {
  count = 0;
  x = new Float64Array(64);
  y = new Float64Array(64);
  first = new Float64Array(64);
  last = new Float64Array(64);
  noise = new Float64Array(64);

  /** A row at the end; all of it is for the caller to write. */
  append() {
    const at = this.count++;
    if (at >= this.x.length) {
      for (const name of ["x", "y", "first", "last", "noise"]) this[name] = room(this[name], at + 1);
    }
    return at;
  }

  write(x, y, first, last, noise) {
    const at = this.append();
    this.x[at] = x;
    this.y[at] = y;
    this.first[at] = first;
    this.last[at] = last;
    this.noise[at] = noise;
  }
}

/** The observations of one piece of a track. */
export class Observations extends Table {
  /** Metres walked before the first and after the last observation, which are means. */
  lead = 0.0;
  tail = 0.0;
  /** m/s, rounded up to a quarter of a metre per second. */
  pace = 0.0;

  #blocks = new Table();
  #stayEnd = new Int32Array(64);
  #speeds = new Float64Array(64);

  /**
   * Observes the fixes of one piece anew, at least one.
   * @param {Float64Array} xy
   * @param {Float64Array} seconds
   * @param {Float64Array} noise m per axis
   * @param {number} total
   */
  observe(xy, seconds, noise, total) {
    const pace = this.#paceOf(xy, seconds, total);
    this.pace = Math.ceil(pace / PACE_STEP) * PACE_STEP;
    this.#gather(xy, seconds, noise, total, Math.min(BLOCK_SECONDS, BLOCK_METRES / this.pace));
    this.#findStays();
    this.#join();
    this.lead = this.#half(0, pace);
    this.tail = this.#half(this.count - 1, pace);
  }

  /** The moment of an observation. */
  middle(t) {
    return (this.first[t] + this.last[t]) / 2.0;
  }

  /** How many observations at the beginning are the same in both. */
  common(other) {
    const count = Math.min(this.count, other.count);
    for (let t = 0; t < count; t++) {
      const same =
        this.x[t] === other.x[t] &&
        this.y[t] === other.y[t] &&
        this.first[t] === other.first[t] &&
        this.last[t] === other.last[t] &&
        this.noise[t] === other.noise[t];
      if (!same) return t;
    }
    return count;
  }

  #half(at, pace) {
    const span = this.last[at] - this.first[at];
    return span < STAY_SECONDS ? (pace * span) / 2.0 : 0.0;
  }

  /** m/s: the upper quartile over windows of at least 20 s, so that stops do not count. */
  #paceOf(xy, seconds, total) {
    let count = 0;
    let i = 0;
    for (let j = 1; j < total; j++) {
      const wait = seconds[j] - seconds[i];
      if (wait < 20.0) continue;
      this.#speeds = room(this.#speeds, count + 1);
      this.#speeds[count++] = hypot(xy[2 * j] - xy[2 * i], xy[2 * j + 1] - xy[2 * i + 1]) / wait;
      i = j;
    }
    if (count === 0) return 1.3;
    return Math.max(this.#speeds.subarray(0, count).sort()[Math.floor((3 * count) / 4)], 0.5);
  }

  /** Means of the fixes, `span` seconds each. */
  #gather(xy, seconds, noise, total, span) {
    this.#blocks.count = 0;
    let i = 0;
    while (i < total) {
      let [x, y, loud, j] = [0.0, 0.0, 0.0, i];
      // Half a millisecond: times that were summed or divided are not exact.
      while (j < total && seconds[j] - seconds[i] < span - 5e-4) {
        x += xy[2 * j];
        y += xy[2 * j + 1];
        loud += noise[j];
        j += 1;
      }
      const count = j - i;
      this.#blocks.write(x / count, y / count, seconds[i], seconds[j - 1], loud / count);
      i = j;
    }
  }

  /** Notes for the first block of a stay the block after its last, else 0. */
  #findStays() {
    const blocks = this.#blocks;
    this.#stayEnd = room(this.#stayEnd, blocks.count + 1);
    this.#stayEnd.fill(0, 0, blocks.count + 1);
    let i = 0;
    while (i < blocks.count) {
      const near = Math.max(STAY_METRES, STAY_DEVIATIONS * blocks.noise[i]);
      const last = this.#lastOfStay(i, near);
      const stayed = blocks.last[last] - blocks.first[i];
      if (last > i + 1 && stayed >= (STAY_SECONDS * near) / STAY_METRES) {
        this.#stayEnd[i] = last + 1;
        i = last + 1;
      } else {
        i += 1;
      }
    }
  }

  #lastOfStay(i, near) {
    const blocks = this.#blocks;
    let [x, y, inside, last] = [blocks.x[i], blocks.y[i], 1, i];
    for (let j = i + 1; j < blocks.count; j++) {
      const [dx, dy] = [blocks.x[j] - x / inside, blocks.y[j] - y / inside];
      const away = Math.sqrt(dx * dx + dy * dy);
      if (away <= near) {
        x += blocks.x[j];
        y += blocks.y[j];
        inside += 1;
        last = j;
      } else if (away > 2.0 * near || j - last > STAY_BLOCKS_AWAY) {
        break;
      }
    }
    return last;
  }

  /** Writes the observations: stays, else means of two neighbouring blocks. */
  #join() {
    const blocks = this.#blocks;
    const stayEnd = this.#stayEnd;
    this.count = 0;
    let alone = true; // the first block of a stretch also stands alone, so its end is not lost
    for (let i = 0; i < blocks.count; i++) {
      if (stayEnd[i] > 0) {
        this.#writeMean(i, stayEnd[i]);
        i = stayEnd[i] - 1;
        alone = true;
        continue;
      }
      const last = i + 1 >= blocks.count || stayEnd[i + 1] > 0;
      const near = !last && blocks.first[i + 1] - blocks.first[i] < 1.5 * BLOCK_SECONDS;
      if (alone || !near) this.#writeMean(i, i + 1);
      if (near) this.#writeMean(i, i + 2);
      alone = !near;
    }
  }

  #writeMean(start, stop) {
    const blocks = this.#blocks;
    let [x, y, loud] = [0.0, 0.0, 0.0];
    for (let b = start; b < stop; b++) {
      x += blocks.x[b];
      y += blocks.y[b];
      loud += blocks.noise[b];
    }
    const count = stop - start;
    this.write(x / count, y / count, blocks.first[start], blocks.last[stop - 1], loud / count);
  }
}
