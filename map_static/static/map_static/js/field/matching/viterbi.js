/**
 * The likeliest sequence of places on the network behind the observations of one piece: as
 * spatial/matching_viterbi.py, which has the model and its reasons.
 */

import { MOST_CANDIDATES } from "./candidates.js";
import { farthestRoute, tipReach } from "./prices.js";
import { hypot } from "./rooms.js";

export const OFF = -1;
export const MOST_STATES = 2 * MOST_CANDIDATES + 1;

/** What all moves from one observation to the next have in common. */
export class Leap {
  crow = 0.0; // m, the crow's way
  longest = 0.0; // m, the longest way that is looked at
  perMetre = 0.0; // cost of a metre of difference between the two
  tip = 0.0; // m: how near the tip of a dead end is the tip
  brisk = 0.0; // m of a brisk walker

  /** Fills in the move to observation t from the one before. */
  measure(observations, t, maxSpeed, prices) {
    const detour = this.stride(observations, t, prices);
    const wait = observations.middle(t) - observations.middle(t - 1);
    this.longest = Math.min(
      farthestRoute(prices, this.crow, detour),
      maxSpeed * wait + prices.slack / 2.0,
    );
    this.perMetre = 1.0 / detour;
    this.tip = tipReach(prices, wait);
    this.brisk = 2.0 * observations.pace * wait + 10.0;
  }

  /** Measures the crow's way to observation t; returns the metres of detour per cost. */
  stride({ x, y, noise }, t, prices) {
    this.crow = hypot(x[t] - x[t - 1], y[t] - y[t - 1]);
    // Noise throws observations about: what the route differs from the crow's way grows with it.
    const loud = Math.max(noise[t - 1], noise[t], prices.detourNoise) / prices.detourNoise;
    return prices.detour * loud + prices.detourShare * this.crow;
  }
}

/** The cost of leaving a link by state a and coming to that of state b, or Infinity. */
export function goRound(routes, places, a, b, leap, prices) {
  const around = places.rest[a] + places.entry[b];
  const slot = routes.slot(places.leaving[a], places.entering[b]);
  if (slot < 0) return Infinity;
  const route = around + routes.metres[slot];
  if (route > leap.longest) return Infinity;
  let cost =
    Math.abs(route - leap.crow) * leap.perMetre +
    Math.max(route - leap.brisk, 0.0) / prices.hurry;
  // A route that begins or ends on a link the other way turns back without saying so.
  if (routes.first[slot] === places.link[a] || routes.last[slot] === places.link[b]) {
    cost += prices.turn;
  }
  return cost;
}

/** The cost of going on along the link that states a and b share, or of turning back on it. */
export function sameLink(places, a, b, leap, prices) {
  const length = places.length[a];
  const gone = length - places.rest[a];
  const rest = length - gone;
  const reached = places.reached[b];
  if ((a - b) % 2 === 0) {
    const ahead = reached - gone;
    if (ahead < -prices.backwards || ahead > leap.longest) return Infinity;
    return (Math.abs(Math.max(ahead, 0.0) - leap.crow) - Math.min(ahead, 0.0)) * leap.perMetre;
  }
  const turned = Math.abs(length - reached - gone);
  let best = Infinity;
  if (turned <= leap.longest) best = Math.abs(turned - leap.crow) * leap.perMetre + prices.turn;
  if (places.tip[a] && Math.min(rest, reached) <= leap.tip) {
    const excess = Math.max(rest + reached - 2.0 * leap.tip - leap.crow, 0.0);
    best = Math.min(best, excess * leap.perMetre + prices.tipTurn);
  }
  return best;
}

/** Whether b is farther along the same link in the same direction, but for a step back by noise. */
export function goesOn(places, a, b, prices) {
  const gone = places.length[a] - places.rest[a];
  return (a - b) % 2 === 0 && places.reached[b] - gone >= -prices.backwards;
}

/** Viterbi's forward pass: costs and origins of the states of each observation of one piece. */
export class Forward {
  /** (T, MOST_STATES) the cost of the best way into each state. */
  score = new Float64Array(0);
  /** Of the same shape, the state before it on that way. */
  back = new Int16Array(0);

  #emission = new Float64Array(MOST_STATES);
  #live = new Int32Array(MOST_STATES);
  #leap = new Leap();
  #best = Infinity;

  /** The state "off the network" of observation t, which is its last. */
  static off(candidates, t) {
    return 2 * (candidates.offset[t + 1] - candidates.offset[t]);
  }

  /** Fills in observation t; those before it are there already. */
  advance(routes, observations, candidates, places, t, maxSpeed, prices) {
    this.#makeRoom(t + 1);
    const { score, back } = this;
    const off = Forward.off(candidates, t);
    this.#emit(candidates, observations.noise[t], t, prices);
    const row = MOST_STATES * t;
    if (t === 0) {
      for (let b = 0; b <= off; b++) score[b] = this.#emission[b];
      score[off] += prices.leave;
      return;
    }
    score.fill(Infinity, row, row + off + 1);
    back.fill(-2, row, row + off + 1);
    this.#leap.measure(observations, t, maxSpeed, prices);
    this.#best = Infinity;
    const before = Forward.off(candidates, t - 1);
    const count = this.#sortLive(row - MOST_STATES, before + 1, prices.beam);
    for (let k = 0; k < count; k++) {
      const a = this.#live[k];
      const cost = score[row - MOST_STATES + a];
      this.#relax(row, off, a, cost + this.#emission[off] + (a === before ? 0.0 : prices.leave));
      if (a === before) {
        for (let b = 0; b < off; b++) {
          this.#relax(row, b, a, cost + this.#emission[b] + prices.enter);
        }
      } else {
        this.#step(routes, candidates.offset, places, t, a, cost, off, prices);
      }
    }
  }

  /** Writes the states of the best way through `total` observations. */
  trace(candidates, total, states) {
    let at = 0;
    const end = MOST_STATES * (total - 1);
    for (let s = 1; s <= Forward.off(candidates, total - 1); s++) {
      if (this.score[end + s] < this.score[end + at]) at = s;
    }
    for (let t = total - 1; t >= 0; t--) {
      states[t] = at === Forward.off(candidates, t) ? OFF : at;
      at = this.back[MOST_STATES * t + at];
    }
  }

  #makeRoom(rows) {
    if (rows * MOST_STATES <= this.score.length) return;
    const longer = 2 * rows * MOST_STATES;
    const { score, back } = this;
    this.score = new Float64Array(longer);
    this.back = new Int16Array(longer);
    this.score.set(score);
    this.back.set(back);
  }

  #relax(row, b, a, cost) {
    if (cost >= this.score[row + b]) return;
    this.score[row + b] = cost;
    this.back[row + b] = a;
    if (cost < this.#best) this.#best = cost;
  }

  /** The cost of the observation in each of its states. */
  #emit(candidates, noise, t, prices) {
    const start = candidates.offset[t];
    const count = candidates.offset[t + 1] - start;
    for (let c = 0; c < count; c++) {
      const deviation = candidates.away[start + c] / Math.max(noise, prices.floor);
      const cost = 0.5 * prices.weight * deviation * deviation;
      this.#emission[2 * c] = cost;
      this.#emission[2 * c + 1] = cost;
    }
    this.#emission[2 * count] = prices.weight * prices.off;
  }

  /** Sorts the states that are worth going on from, best first; returns their number. */
  #sortLive(row, states, beam) {
    const { score } = this;
    const live = this.#live;
    let limit = Infinity;
    for (let s = 0; s < states; s++) limit = Math.min(limit, score[row + s]);
    limit += beam;
    let count = 0;
    for (let s = 0; s < states; s++) {
      if (score[row + s] > limit) continue;
      let at = count;
      while (at > 0 && score[row + live[at - 1]] > score[row + s]) {
        live[at] = live[at - 1];
        at -= 1;
      }
      live[at] = s;
      count += 1;
    }
    return count;
  }

  /** Relaxes the moves from one state of the observation before to those of observation t. */
  #step(routes, offset, places, t, a, cost, off, prices) {
    const from = 2 * offset[t - 1] + a;
    const to = 2 * offset[t];
    const leap = this.#leap;
    const row = MOST_STATES * t;
    for (let b = 0; b < off; b++) {
      const least = cost + this.#emission[b];
      // The candidates come nearest first: the others are farther still.
      if (least > this.#best + prices.beam) break;
      const known = this.score[row + b];
      if (places.link[from] === places.link[to + b]) {
        if (least >= known) continue;
        this.#relax(row, b, a, least + sameLink(places, from, to + b, leap, prices));
        if (goesOn(places, from, to + b, prices) || (a - b) % 2 !== 0) continue;
      } else {
        const around = places.rest[from] + places.entry[to + b];
        const cheapest = least + Math.max(around - leap.crow, 0.0) * leap.perMetre;
        if (cheapest >= Math.min(known, this.#best + prices.beam)) continue;
      }
      this.#relax(row, b, a, least + goRound(routes, places, from, to + b, leap, prices));
    }
  }
}
