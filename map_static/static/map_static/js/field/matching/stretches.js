/** Legs joined along their edges: as ``to_stretches`` of spatial/matching_path.py. */

import { AGAINST, FROM, LEG, LINK, RUN, SEEN, TIME, TO, TRUST } from "./legs.js";

/**
 * Walked stretches of edges, in walking order.
 * @typedef {object} Found
 * @property {number[]} edge
 * @property {number[]} start metres along the edge
 * @property {number[]} end metres along the edge, more than start
 * @property {number[]} seconds when the stretch was finished, in the epoch of the fixes
 * @property {number[]} confidence 0..1
 */

/** @returns {Found} */
export function nothing() {
  return { edge: [], start: [], end: [], seconds: [], confidence: [] };
}

/**
 * The stretches of some legs.
 * @param {object} graph
 * @param {import("./legs.js").Legs} legs
 * @returns {Found}
 */
export function toStretches(graph, legs) {
  const { rows } = legs;
  const joined = [];
  let before = -1;
  let stretch = null;
  for (let k = 0; k < LEG * legs.count; k += LEG) {
    const leg = edgeMetres(graph, rows, k);
    if (!joins(stretch, leg, rows, before, k)) {
      stretch = { ...leg, trust: 0.0, seen: 0.0 };
      joined.push(stretch);
    }
    stretch.start = Math.min(stretch.start, leg.start);
    stretch.end = Math.max(stretch.end, leg.end);
    stretch.trust += rows[k + TRUST];
    stretch.seen += rows[k + SEEN];
    stretch.seconds = rows[k + TIME];
    before = k;
  }
  return finish(joined);
}

function edgeMetres({ linkEdge, linkStart, linkLength }, rows, k) {
  const link = rows[k + LINK];
  let [start, end] = [rows[k + FROM], rows[k + TO]];
  if (rows[k + AGAINST]) [start, end] = [linkLength[link] - end, linkLength[link] - start];
  return { edge: linkEdge[link], start: start + linkStart[link], end: end + linkStart[link] };
}

function joins(stretch, leg, rows, before, k) {
  return (
    stretch !== null &&
    stretch.edge === leg.edge &&
    rows[before + AGAINST] === rows[k + AGAINST] &&
    rows[before + RUN] === rows[k + RUN] &&
    (Math.abs(stretch.end - leg.start) < 1e-6 || Math.abs(stretch.start - leg.end) < 1e-6)
  );
}

/** Drops what has no length; what no observation lies on is as sure as its worse neighbour. */
function finish(joined) {
  const found = nothing();
  joined.forEach((stretch, at) => {
    if (stretch.end - stretch.start < 0.01) return;
    found.edge.push(stretch.edge);
    found.start.push(stretch.start);
    found.end.push(stretch.end);
    found.seconds.push(stretch.seconds);
    found.confidence.push(sureness(joined, at));
  });
  return found;
}

function sureness(joined, at) {
  if (joined[at].seen > 0) return joined[at].trust / joined[at].seen;
  let low = 1.0;
  for (const step of [-1, 1]) {
    let next = at + step;
    while (joined[next]?.seen === 0) next += step;
    if (joined[next]) low = Math.min(low, joined[next].trust / joined[next].seen);
  }
  return low;
}
