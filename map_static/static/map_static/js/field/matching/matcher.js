/**
 * From fixes in metres to stretches of edges: hidden Markov map matching after Newson and Krumm
 * (2009), as spatial/matching.py and spatial/matching_live.py, with the same results.
 */

import { Finder } from "./candidates.js";
import { CYCLIST_SPEED, Cleaner, RUNNER_SPEED } from "./clean.js";
import { buildGraph } from "./graph.js";
import { Piece } from "./piece.js";
import { PRICES } from "./prices.js";
import { room } from "./rooms.js";
import { RouteTable } from "./routes.js";
import { nothing } from "./stretches.js";

const NOISE = 6.0; // m per axis, for fixes without an accuracy

/** m/s beyond which nobody is believed to walk, or to cycle. */
export const MAX_SPEED = { foot: RUNNER_SPEED, cycle: CYCLIST_SPEED };

/** What matching on one network keeps between tracks. */
export class Matcher {
  /** @param {import("./graph.js").Lines} lines in metres */
  constructor(lines) {
    this.prices = PRICES;
    this.graph = buildGraph(lines);
    this.routes = new RouteTable(this.graph);
    this.finder = new Finder(this.graph);
  }
}

/** The match of a track that may still grow. */
export class TrackMatch {
  #matcher;
  #options;
  #cleaner = new Cleaner();
  #pieces = [];
  #xy = new Float64Array(0);
  #seconds = new Float64Array(0);
  #noise = new Float64Array(0);

  /**
   * @param {Matcher} matcher
   * @param {{maxSpeed?: number, noise?: number}} options m/s; m per axis where no accuracy is told
   */
  constructor(matcher, { maxSpeed = RUNNER_SPEED, noise = NOISE } = {}) {
    this.#matcher = matcher;
    this.#options = { maxSpeed, noise, metres: true };
  }

  /**
   * Matches all fixes that have come: the same result, whatever was matched before.
   * @param {Float64Array} xy x, y in metres of `total` fixes
   * @param {Float64Array} seconds of any epoch
   * @param {Float64Array} accuracy metres, NaN where unknown
   * @param {number} total
   * @returns {{found: import("./stretches.js").Found, pathMetres: number, offMetres: number}}
   */
  follow(xy, seconds, accuracy, total) {
    const cleaner = this.#cleaner;
    cleaner.clean(xy, seconds, accuracy, total, this.#options);
    const count = this.#matcher.graph.linkEdge.length ? cleaner.pieces.length - 1 : 0;
    this.#pieces.length = Math.min(this.#pieces.length, count);
    for (let p = 0; p < count; p++) {
      const kept = this.#believe(xy, seconds, accuracy, cleaner.pieces[p], cleaner.pieces[p + 1]);
      if (p === this.#pieces.length) this.#pieces.push(new Piece());
      this.#pieces[p].follow(
        this.#matcher, this.#xy, this.#seconds, this.#noise, kept, this.#options.maxSpeed,
      ); // prettier-ignore
      if (p < count - 1) this.#pieces[p].settle();
    }
    return together(this.#pieces);
  }

  /** Forgets the work of pieces that no fix is expected for; what came of it stays. */
  settle() {
    for (const piece of this.#pieces) piece.settle();
  }

  /** Gathers the kept fixes from..stop; returns their number. */
  #believe(xy, seconds, accuracy, from, stop) {
    const count = stop - from;
    this.#xy = room(this.#xy, 2 * count);
    this.#seconds = room(this.#seconds, count);
    this.#noise = room(this.#noise, count);
    const [toXy, toSeconds, toNoise, { kept }] = [this.#xy, this.#seconds, this.#noise, this.#cleaner];
    const { noise } = this.#options;
    for (let k = 0; k < count; k++) {
      const i = kept[from + k];
      toXy[2 * k] = xy[2 * i];
      toXy[2 * k + 1] = xy[2 * i + 1];
      toSeconds[k] = seconds[i];
      // A circle of 1.5 deviations per axis holds two thirds of the fixes.
      toNoise[k] = Number.isNaN(accuracy[i]) ? noise : accuracy[i] / 1.5;
    }
    return count;
  }
}

function together(pieces) {
  const found = nothing();
  let [pathMetres, offMetres] = [0.0, 0.0];
  for (const piece of pieces) {
    for (const column of Object.keys(found)) {
      for (const value of piece.found[column]) found[column].push(value);
    }
    for (let k = 0; k < piece.found.edge.length; k++) {
      pathMetres += piece.found.end[k] - piece.found.start[k];
    }
    offMetres += piece.away;
  }
  return { found, pathMetres, offMetres };
}
