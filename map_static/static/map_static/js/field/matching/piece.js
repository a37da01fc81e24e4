/**
 * One piece of a walk, matched again and again as it grows: as spatial/matching_live.py.
 *
 * What was worked out for an observation depends on those before it only. It is kept, and done
 * again from the first observation that changed.
 */

import { Candidates } from "./candidates.js";
import { Legs } from "./legs.js";
import { Observations } from "./observations.js";
import { Places } from "./places.js";
import { farthestRoute } from "./prices.js";
import { room } from "./rooms.js";
import { offMetres, splitRuns } from "./runs.js";
import { nothing, toStretches } from "./stretches.js";
import { Trust } from "./trust.js";
import { Forward, Leap } from "./viterbi.js";

export class Piece {
  /** @type {import("./stretches.js").Found} */
  found = nothing();
  /** Metres walked away from the network. */
  away = 0.0;

  #count = 0;
  #xy = new Float64Array(0);
  #seconds = new Float64Array(0);
  #noise = new Float64Array(0);
  #work = null;

  /** Forgets the work; what came of it stays. */
  settle() {
    this.#work = null;
  }

  /**
   * Brings the stretches up to these fixes of the piece, at least one.
   * @param {import("./matcher.js").Matcher} matcher
   * @param {Float64Array} xy metres
   * @param {Float64Array} seconds
   * @param {Float64Array} noise m per axis
   * @param {number} count of the fixes
   * @param {number} maxSpeed m/s
   */
  follow(matcher, xy, seconds, noise, count, maxSpeed) {
    if (!this.#take(xy, seconds, noise, count)) return;
    this.#work ??= new Work(matcher, maxSpeed);
    this.#work.advance(xy, seconds, noise, count);
    const { graph, legs, observations, runs } = this.#work;
    this.found = toStretches(graph, legs);
    this.away = offMetres(observations, runs, observations.count);
  }

  /** Keeps the fixes; whether any of them is new. */
  #take(xy, seconds, noise, count) {
    const [oldXy, oldSeconds, oldNoise] = [this.#xy, this.#seconds, this.#noise];
    const known = Math.min(count, this.#count);
    let same = 0;
    while (
      same < known &&
      seconds[same] === oldSeconds[same] &&
      xy[2 * same] === oldXy[2 * same] &&
      xy[2 * same + 1] === oldXy[2 * same + 1] &&
      noise[same] === oldNoise[same]
    ) {
      same += 1;
    }
    if (same === count && same === this.#count) return false;
    this.#count = count;
    this.#xy = room(this.#xy, 2 * count);
    this.#seconds = room(this.#seconds, count);
    this.#noise = room(this.#noise, count);
    this.#xy.set(xy.subarray(2 * same, 2 * count), 2 * same);
    this.#seconds.set(seconds.subarray(same, count), same);
    this.#noise.set(noise.subarray(same, count), same);
    return true;
  }
}

/** What is kept of a piece while fixes may still come to it. */
class Work {
  observations = new Observations();
  candidates = new Candidates();
  places = new Places();
  forward = new Forward();
  legs = new Legs();
  runs = new Int32Array(64);

  #before = new Observations();
  #states = new Int32Array(64);
  #statesBefore = new Int32Array(64);
  #trust = new Trust();
  #leap = new Leap();
  #age = -1;

  constructor(matcher, maxSpeed) {
    this.graph = matcher.graph;
    this.routes = matcher.routes;
    this.prices = matcher.prices;
    this.finder = matcher.finder;
    this.maxSpeed = maxSpeed;
  }

  advance(xy, seconds, noise, count) {
    [this.observations, this.#before] = [this.#before, this.observations];
    this.observations.observe(xy, seconds, noise, count);
    const same = this.observations.common(this.#before);
    this.#seek(same);
    this.#findRoutes(same);
    // The pace is part of what every move costs.
    const kept = this.observations.pace === this.#before.pace ? same : 0;
    const { routes, observations, candidates, places, maxSpeed, prices } = this;
    for (let t = kept; t < observations.count; t++) {
      this.forward.advance(routes, observations, candidates, places, t, maxSpeed, prices);
    }
    this.#finish(kept);
  }

  #seek(same) {
    const { observations, candidates } = this;
    for (let t = same; t < observations.count; t++) {
      const { x, y, noise } = observations;
      candidates.seek(this.finder, t, x[t], y[t], noise[t], this.prices);
    }
    const known = candidates.offset[same];
    this.places.describe(this.graph, candidates, known, candidates.offset[observations.count]);
  }

  /** Rows of the nodes from which routes may start, as far as they may have to reach. */
  #findRoutes(same) {
    const { routes, observations, candidates, graph, prices } = this;
    routes.makeRoom();
    const first = routes.age === this.#age ? Math.max(same - 1, 0) : 0;
    this.#age = routes.age;
    for (let t = first; t < observations.count - 1; t++) {
      const detour = this.#leap.stride(observations, t + 1, prices);
      const metres = farthestRoute(prices, this.#leap.crow, detour);
      for (let c = candidates.offset[t]; c < candidates.offset[t + 1]; c++) {
        routes.reach(graph.linkFrom[candidates.link[c]], metres);
        routes.reach(graph.linkTo[candidates.link[c]], metres);
      }
    }
  }

  #finish(kept) {
    const total = this.observations.count;
    [this.#states, this.#statesBefore] = [this.#statesBefore, this.#states];
    this.#states = room(this.#states, total);
    this.runs = room(this.runs, total);
    const states = this.#states;
    this.forward.trace(this.candidates, total, states);
    let known = 0;
    while (known < kept && states[known] === this.#statesBefore[known]) known += 1;
    splitRuns(this, states, total, this.runs);
    this.#trust.judge(this, states, total, known);
    this.legs.make(this, this.#trust.value, states, this.runs, total);
    // Only where the walk begins or ends on a street, not where it comes from a courtyard.
    const lead = this.runs[0] === 0 ? this.observations.lead : 0.0;
    this.legs.reachEnds(this.graph, lead, this.runs[total - 1] >= 0 ? this.observations.tail : 0.0);
  }
}
