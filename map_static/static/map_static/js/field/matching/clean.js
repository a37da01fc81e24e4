/**
 * Which fixes of a track can be believed, and where the track has to be cut: spatial/fixes.py,
 * which has the reasons for the rules and numbers.
 */

import { room } from "./rooms.js";

export const RUNNER_SPEED = 7.0; // m/s
export const CYCLIST_SPEED = 14.0; // m/s
export const MAX_ACCURACY = 50.0; // m
export const KEPT = 0;
export const REASONS = ["accuracy", "speed", "time", "position"]; // in the order of the codes 1..4

const [ACCURACY, SPEED, TIME, POSITION] = [1, 2, 3, 4];
const GAP_SECONDS = 60.0;
const GAP_METRES = 100.0;
const EARTH_RADIUS = 6_371_008.8;
const JUMP_METRES = 20.0;
const DRIFT_METRES = 10.0;
const HALF_WINDOW = 5.0;
const RIDE_METRES = 50.0;
const IMPOSSIBLE_METRES = 50.0;
const OUTLIER_FIXES = 5;

/** Cleans the fixes of a growing track again and again, in arrays that it keeps. */
export class Cleaner {
  /** How many fixes were kept; `kept[0..count)` are their indices, in order of time. */
  count = 0;
  kept = new Int32Array(0);
  /** Offsets into `kept`: piece p is kept[pieces[p]..pieces[p + 1]). */
  pieces = [0];
  /** Of each fix 0 where it was kept, else the place of its reason in REASONS plus one. */
  reason = new Uint8Array(0);

  #total = 0;
  #order = new Int32Array(0);
  #x = new Float64Array(0);
  #y = new Float64Array(0);
  #seconds = new Float64Array(0);
  #dropped = new Uint8Array(0);
  #riding = new Uint8Array(0);
  #left = new Int32Array(0);

  /**
   * Decides on every fix of a track; the input is not changed.
   * @param {Float64Array} xy lon, lat in degrees, or x, y in metres, of `total` fixes
   * @param {Float64Array} seconds of any epoch
   * @param {Float64Array} accuracy metres, NaN where unknown
   * @param {number} total
   * @param {{maxSpeed: number, metres: boolean}} options m/s; whether xy are metres
   */
  clean(xy, seconds, accuracy, total, { maxSpeed, metres }) {
    this.#total = total;
    this.#makeRoom(total);
    const order = this.#order;
    const { reason } = this;
    let count = 0;
    for (let i = 0; i < total; i++) {
      reason[i] = refuse(xy[2 * i], xy[2 * i + 1], seconds[i], accuracy[i], metres);
      if (reason[i] === KEPT) order[count++] = i;
    }
    sortByTime(order, seconds, count);
    count = this.#dropRepeated(seconds, count);
    if (metres) this.#take(xy, count);
    else this.#flatten(xy, count);
    const sorted = this.#seconds;
    for (let k = 0; k < count; k++) sorted[k] = seconds[order[k]];
    this.#judge(count, maxSpeed);
  }

  /** How many fixes were dropped, by reason. */
  get dropped() {
    const { reason } = this;
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < this.#total; i++) counts[reason[i]] += 1;
    return Object.fromEntries(REASONS.map((name, at) => [name, counts[at + 1]]));
  }

  #makeRoom(total) {
    this.reason = room(this.reason, total);
    this.kept = room(this.kept, total);
    this.#order = room(this.#order, total);
    this.#x = room(this.#x, total);
    this.#y = room(this.#y, total);
    this.#seconds = room(this.#seconds, total);
    this.#dropped = room(this.#dropped, total);
    this.#riding = room(this.#riding, total);
    this.#left = room(this.#left, total);
  }

  #dropRepeated(seconds, count) {
    const order = this.#order;
    const { reason } = this;
    let used = 0;
    for (let k = 0; k < count; k++) {
      if (used > 0 && seconds[order[used - 1]] === seconds[order[k]]) reason[order[k]] = TIME;
      else order[used++] = order[k];
    }
    return used;
  }

  #take(xy, count) {
    const [x, y, order] = [this.#x, this.#y, this.#order];
    for (let k = 0; k < count; k++) {
      x[k] = xy[2 * order[k]];
      y[k] = xy[2 * order[k] + 1];
    }
  }

  /** Metres good enough to tell a walk from a ride: each fix scaled at its own latitude. */
  #flatten(lonlat, count) {
    if (count === 0) return;
    const [x, y, order] = [this.#x, this.#y, this.#order];
    const degree = Math.PI / 180.0;
    const scale = degree * EARTH_RADIUS;
    const west = lonlat[2 * order[0]];
    const south = lonlat[2 * order[0] + 1];
    for (let k = 0; k < count; k++) {
      const lat = lonlat[2 * order[k] + 1];
      let east = (lonlat[2 * order[k]] - west + 180.0) % 360.0;
      if (east < 0) east += 360.0;
      x[k] = (east - 180.0) * Math.cos(lat * degree) * scale;
      y[k] = (lat - south) * scale;
    }
  }

  #judge(count, maxSpeed) {
    const [x, y, seconds, dropped] = [this.#x, this.#y, this.#seconds, this.#dropped];
    const [order, riding, { kept, reason }] = [this.#order, this.#riding, this];
    dropped.fill(0, 0, count);
    dropOutliers(x, y, seconds, count, maxSpeed, dropped);
    this.#findRides(count, maxSpeed);
    let [last, rode, used] = [-1, false, 0];
    this.pieces = [];
    for (let i = 0; i < count; i++) {
      if (riding[i]) rode = true;
      if (riding[i] || dropped[i]) {
        reason[order[i]] = SPEED;
        continue;
      }
      if (last < 0 || isCut(x, y, seconds, last, i, rode, maxSpeed)) this.pieces.push(used);
      kept[used++] = order[i];
      last = i;
      rode = false;
    }
    this.pieces.push(used);
    this.count = used;
  }

  /** Whether each fix lies within ten seconds (or two fixes) of sustained speed. */
  #findRides(count, maxSpeed) {
    const [x, y, seconds, left] = [this.#x, this.#y, this.#seconds, this.#left];
    const [riding, dropped] = [this.#riding, this.#dropped];
    let total = 0;
    riding.fill(0, 0, count);
    for (let i = 0; i < count; i++) if (!dropped[i]) left[total++] = i;
    let low = 0;
    let high = 0;
    for (let k = 0; k < total; k++) {
      const now = seconds[left[k]];
      while (low < k - 1 && now - seconds[left[low + 1]] >= HALF_WINDOW) low += 1;
      high = Math.max(high, Math.min(k + 1, total - 1));
      while (high < total - 1 && seconds[left[high]] - now < HALF_WINDOW) high += 1;
      const span = seconds[left[high]] - seconds[left[low]];
      const metres = distance(x, y, left[low], left[high]);
      if (metres > maxSpeed * span + DRIFT_METRES) riding[left[k]] = 1;
    }
  }
}

function refuse(x, y, seconds, accuracy, metres) {
  const possible = metres
    ? Math.abs(x) < 1e8 && Math.abs(y) < 1e8
    : Math.abs(x) <= 180.0 && Math.abs(y) <= 90.0 && (x !== 0.0 || y !== 0.0);
  if (!possible) return POSITION;
  if (!Number.isFinite(seconds)) return TIME;
  return accuracy > MAX_ACCURACY || accuracy < 0 ? ACCURACY : KEPT;
}

/** Sorts indices by their times, equal ones as they were; nearly always they are sorted already. */
function sortByTime(order, seconds, count) {
  for (let k = 1; k < count; k++) {
    if (seconds[order[k - 1]] > seconds[order[k]]) {
      order.subarray(0, count).sort((a, b) => seconds[a] - seconds[b] || a - b);
      return;
    }
  }
}

function isCut(x, y, seconds, last, i, rode, maxSpeed) {
  const wait = seconds[i] - seconds[last];
  const metres = distance(x, y, last, i);
  return (
    (wait > GAP_SECONDS && metres > GAP_METRES) ||
    (rode && metres > RIDE_METRES) ||
    metres > maxSpeed * wait + IMPOSSIBLE_METRES
  );
}

function distance(x, y, i, j) {
  const [east, north] = [x[j] - x[i], y[j] - y[i]];
  return Math.sqrt(east * east + north * north);
}

function jumps(x, y, seconds, i, j, maxSpeed) {
  return distance(x, y, i, j) > maxSpeed * (seconds[j] - seconds[i]) + JUMP_METRES;
}

/** Drops short runs of fixes between two jumps when the track goes on as if they were not there. */
function dropOutliers(x, y, seconds, count, maxSpeed, dropped) {
  let start = 0;
  let before = -1;
  while (start < count) {
    let stop = start + 1;
    while (stop < count && !jumps(x, y, seconds, stop - 1, stop, maxSpeed)) stop += 1;
    const returned = before >= 0 && !jumps(x, y, seconds, before, start, maxSpeed);
    if (
      stop - start <= OUTLIER_FIXES &&
      stop - start < count &&
      !returned &&
      isOutlier(x, y, seconds, count, maxSpeed, before, start, stop)
    ) {
      dropped.fill(1, start, stop);
    } else {
      before = stop - 1;
    }
    start = stop;
  }
}

function isOutlier(x, y, seconds, count, maxSpeed, before, start, stop) {
  if (stop === count) return before >= 3 * (stop - start);
  if (before < 0) {
    let end = stop + 1;
    while (end < count && !jumps(x, y, seconds, end - 1, end, maxSpeed)) end += 1;
    return end - stop >= 3 * (stop - start);
  }
  const last = Math.min(count, start + OUTLIER_FIXES + 1);
  for (let later = stop; later < last; later++) {
    if (!jumps(x, y, seconds, before, later, maxSpeed)) return true;
  }
  return false;
}
