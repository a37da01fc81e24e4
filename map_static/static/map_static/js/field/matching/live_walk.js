/**
 * A walk that grows fix by fix: which metres of street it covered so far. What the server would
 * make of the same fixes (patrols/match.py), without the server.
 */

import { Cleaner } from "./clean.js";
import { CERTAIN, coveredMetres, credited } from "./credit.js";
import { MAX_SPEED, TrackMatch } from "./matcher.js";
import { room } from "./rooms.js";

/**
 * @typedef {object} Fix
 * @property {number} lon degrees, WGS 84
 * @property {number} lat degrees
 * @property {number} ms since 1970
 * @property {number | null} accuracy metres that hold the truth two times out of three
 */

/**
 * @typedef {object} SoFar
 * @property {import("./credit.js").Row[]} stretches [segment, start dm, end dm, ms, confidence]
 * @property {{matched: number, offStreet: number, covered: number, certain: number}} metres walked
 *   on ways and away from them; metres of street each once, and those of them that are certain
 * @property {{accuracy: number, speed: number, time: number, position: number}} dropped fixes
 * @property {number} fixes that came
 * @property {[number, number][]} pieces first and last kept fix of each, as numbers of fixes in the
 *   order in which they came; between two pieces is a gap
 * @property {[number, number][]} buildings [id, ms of the first fix within 20 m of it]
 */

export class LiveWalk {
  #network;
  #maxSpeed;
  #cleaner = new Cleaner();
  #tracks = [];
  #soFar = null;

  // Of each fix, as it came.
  #count = 0;
  #lonlat = new Float64Array(0);
  #xy = new Float64Array(0);
  #seconds = new Float64Array(0);
  #accuracy = new Float64Array(0);
  #nearStart = new Int32Array(1); // offsets into #near
  #near = new Int32Array(0); // buildings near each fix

  // Of the kept fixes of one piece.
  #pieceXy = new Float64Array(0);
  #pieceSeconds = new Float64Array(0);
  #pieceAccuracy = new Float64Array(0);

  /**
   * @param {import("./walking_network.js").WalkingNetwork} network
   * @param {{mode: "foot" | "cycle"}} options
   */
  constructor(network, { mode }) {
    if (!(mode in MAX_SPEED)) throw new RangeError(`No way to walk: ${mode}.`);
    this.#network = network;
    this.#maxSpeed = MAX_SPEED[mode];
  }

  /** Takes in more fixes, in any order of time. @param {Fix[]} fixes */
  add(fixes) {
    const total = this.#count + fixes.length;
    this.#lonlat = room(this.#lonlat, 2 * total);
    this.#xy = room(this.#xy, 2 * total);
    this.#seconds = room(this.#seconds, total);
    this.#accuracy = room(this.#accuracy, total);
    this.#nearStart = room(this.#nearStart, total + 1);
    for (const fix of fixes) this.#take(fix);
    if (fixes.length) this.#soFar = null;
  }

  /** What came of all fixes: the same, in whatever batches they came. @returns {SoFar} */
  soFar() {
    this.#soFar ??= this.#match();
    return this.#soFar;
  }

  #take({ lon, lat, ms, accuracy }) {
    const at = this.#count++;
    // As they are sent, so that the server finds the same.
    this.#lonlat[2 * at] = Math.round((lon ?? NaN) * 1e7) / 1e7;
    this.#lonlat[2 * at + 1] = Math.round((lat ?? NaN) * 1e7) / 1e7;
    this.#seconds[at] = Math.round(ms ?? NaN) / 1000;
    this.#accuracy[at] = accuracy ?? NaN;
    const { projection, buildings } = this.#network;
    projection.forward(this.#lonlat[2 * at], this.#lonlat[2 * at + 1], this.#xy, 2 * at);
    let used = this.#nearStart[at];
    buildings.near(this.#xy[2 * at], this.#xy[2 * at + 1], (building) => {
      this.#near = room(this.#near, used + 1);
      this.#near[used++] = building;
    });
    this.#nearStart[at + 1] = used;
  }

  #match() {
    const cleaner = this.#cleaner;
    const options = { maxSpeed: this.#maxSpeed, metres: false };
    cleaner.clean(this.#lonlat, this.#seconds, this.#accuracy, this.#count, options);
    const { kept, pieces } = cleaner;
    const count = pieces.length - 1;
    this.#tracks.length = Math.min(this.#tracks.length, count);
    const stretches = [];
    const metres = { matched: 0.0, offStreet: 0.0 };
    for (let p = 0; p < count; p++) {
      const { found, pathMetres, offMetres } = this.#follow(p, count);
      stretches.push(...credited(found, this.#network));
      metres.matched += pathMetres;
      metres.offStreet += offMetres;
    }
    const { lengths } = this.#network;
    const certain = stretches.filter((row) => row[4] >= CERTAIN);
    metres.covered = coveredMetres(stretches, lengths);
    metres.certain = coveredMetres(certain, lengths);
    return {
      stretches,
      metres,
      dropped: cleaner.dropped,
      fixes: this.#count,
      pieces: Array.from({ length: count }, (_, p) => [kept[pieces[p]], kept[pieces[p + 1] - 1]]),
      buildings: this.#passed(),
    };
  }

  /** Matches piece p of so many. */
  #follow(p, pieces) {
    const { kept, pieces: start } = this.#cleaner;
    const count = start[p + 1] - start[p];
    this.#pieceXy = room(this.#pieceXy, 2 * count);
    this.#pieceSeconds = room(this.#pieceSeconds, count);
    this.#pieceAccuracy = room(this.#pieceAccuracy, count);
    const [xy, seconds, accuracy] = [this.#pieceXy, this.#pieceSeconds, this.#pieceAccuracy];
    const came = [this.#xy, this.#seconds, this.#accuracy];
    for (let k = 0; k < count; k++) {
      const i = kept[start[p] + k];
      xy[2 * k] = came[0][2 * i];
      xy[2 * k + 1] = came[0][2 * i + 1];
      seconds[k] = came[1][i];
      accuracy[k] = came[2][i];
    }
    this.#tracks[p] ??= new TrackMatch(this.#network.matcher, { maxSpeed: this.#maxSpeed });
    const track = this.#tracks[p];
    const match = track.follow(xy, seconds, accuracy, count);
    if (p < pieces - 1) track.settle();
    return match;
  }

  /** Each building with the time of the first kept fix near it. */
  #passed() {
    const [start, near, { kept, count }] = [this.#nearStart, this.#near, this.#cleaner];
    const first = new Map();
    for (let k = 0; k < count; k++) {
      const i = kept[k];
      for (let n = start[i]; n < start[i + 1]; n++) {
        if (!first.has(near[n])) first.set(near[n], this.#seconds[i]);
      }
    }
    return [...first]
      .sort(([a], [b]) => a - b)
      .map(([building, seconds]) => [
        this.#network.buildingIds[building],
        Math.round(seconds * 1000),
      ]);
  }
}

export { networkOf } from "./walking_network.js";
