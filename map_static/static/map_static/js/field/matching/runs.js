/** Where a walk was on the network, and where off it: as spatial/matching_path.py. */

import { farthestRoute } from "./prices.js";
import { hypot } from "./rooms.js";
import { OFF } from "./viterbi.js";

export const SKIPPED = -2; // an observation that is neither on the network nor off it, but noise

const BRIDGE_SECONDS = 30.0; // off it for no longer, or in one observation only, may be noise ...
const BRIDGE_METRES = 20.0; // ... when the way along the streets is longer by no more than this
const VISIT_SECONDS = 15.0; // on the network for less, between two times off it: a street crossed

/**
 * Writes the run of each observation: 0, 1, ... on the network, OFF or SKIPPED.
 * @param {object} work as Trust.judge takes it, and graph
 * @param {Int32Array} states
 * @param {number} total
 * @param {Int32Array} runs
 */
export function splitRuns(work, states, total, runs) {
  const { observations } = work;
  runs.fill(OFF, 0, total);
  let [run, last, begin] = [0, -1, 0];
  for (let t = 0; t < total; t++) {
    if (states[t] === OFF) continue;
    if (last < 0) {
      begin = t;
    } else if (last < t - 1) {
      if (isNoise(work, states, last, t)) {
        runs.fill(SKIPPED, last + 1, t);
      } else {
        const visit = observations.last[last] - observations.first[begin];
        if (begin > 0 && visit < VISIT_SECONDS) runs.fill(OFF, begin, last + 1);
        run += 1;
        begin = t;
      }
    }
    runs[t] = run;
    last = t;
  }
}

/** Whether what lies between two observations on the network was no way off it. */
function isNoise({ graph, routes, observations, candidates, places, prices }, states, last, t) {
  const { x, y, first, last: until } = observations;
  if (t - last > 2 && first[t] - until[last] > BRIDGE_SECONDS) return false;
  const from = 2 * candidates.offset[last] + states[last];
  const to = 2 * candidates.offset[t] + states[t];
  const [e, f] = [places.link[from], places.link[to]];
  const gone = places.reached[from];
  const reached = places.reached[to];
  const crow = hypot(x[t] - x[last], y[t] - y[last]);
  if (e === f) return (from - to) % 2 === 0 && reached >= gone - prices.backwards;
  const slot = routes.slot(places.leaving[from], places.entering[to]);
  if (slot < 0 || routes.first[slot] === e || routes.last[slot] === f) return false;
  // The row may reach farther than this walk needed: do not look there.
  const known = hypot(x[last + 1] - x[last], y[last + 1] - y[last]);
  const detour = prices.detour + prices.detourShare * known;
  const way = routes.metres[slot];
  if (way > farthestRoute(prices, known, detour)) return false;
  return graph.linkLength[e] - gone + way + reached <= 1.3 * crow + BRIDGE_METRES;
}

/** Metres between observations of which one is off the network, or each on another run. */
export function offMetres({ x, y }, runs, total) {
  let metres = 0.0;
  let last = -1;
  for (let t = 0; t < total; t++) {
    if (runs[t] === SKIPPED) continue;
    if (last >= 0 && (runs[t] === OFF || runs[t] !== runs[last])) {
      metres += hypot(x[t] - x[last], y[t] - y[last]);
    }
    last = t;
  }
  return metres;
}
