/**
 * What was walked, in stored decimetres: streets as they are, sidewalks on the street that they
 * accompany; as ``credited`` of patrols/match.py.
 */

import { rint } from "./rooms.js";

/** Metres of at least this confidence are certain: CERTAIN of spatial/matching.py. */
export const CERTAIN = 0.9;

/**
 * @typedef {[number, number, number, number, number]} Row segment id, start and end in decimetres,
 *   milliseconds since 1970 when it was finished, confidence 0..1 in thousandths
 */

/**
 * Rows for what was walked: first on streets, then on sidewalks, each in walking order.
 * @param {import("./stretches.js").Found} found
 * @param {import("./walking_network.js").WalkingNetwork} network
 * @returns {Row[]}
 */
export function credited(found, network) {
  const own = [];
  const side = [];
  for (let k = 0; k < found.edge.length; k++) {
    const edge = found.edge[k];
    // The plane here and that of the import differ by parts in a million.
    const scale = network.cm[edge] / 10 / network.matcher.graph.edgeLength[edge];
    const whole = Math.ceil(network.cm[edge] / 10);
    const start = rint(found.start[k] * scale);
    let end = rint(found.end[k] * scale);
    if (end >= whole - 1) end = whole;
    if (start >= end) continue;
    const id = network.ids[edge];
    const when = Math.round(found.seconds[k] * 1000);
    const sure = Math.round(found.confidence[k] * 1000) / 1000;
    if (network.duty[edge]) own.push([id, start, end, when, sure]);
    else creditStreets(network.links.get(id) ?? [], start, end, when, sure, side);
  }
  return [...own, ...side];
}

/** Adds what of a sidewalk's decimetres its streets get. */
function creditStreets(links, start, end, when, sure, rows) {
  for (const link of links) {
    const from = Math.max(start, link.start);
    const to = Math.min(end, link.end);
    if (from >= to) continue;
    const share = (link.streetEnd - link.streetStart) / (link.end - link.start);
    const a = rint(link.streetStart + (from - link.start) * share);
    const b = rint(link.streetStart + (to - link.start) * share);
    if (a !== b) rows.push([link.street, Math.min(a, b), Math.max(a, b), when, sure]);
  }
}

/**
 * Metres of street in rows, each once.
 * @param {Row[]} rows
 * @param {Map<number, number>} lengths in centimetres by segment id
 */
export function coveredMetres(rows, lengths) {
  const sorted = [...rows].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let centimetres = 0;
  let [segment, reached] = [NaN, 0];
  for (const [id, start, end] of sorted) {
    if (id !== segment) [segment, reached] = [id, 0];
    // A stretch that reaches the end of its segment counts to the segment's own centimetre.
    const limit = lengths.get(id) ?? Infinity;
    const to = Math.min(10 * end, limit);
    const from = Math.min(Math.max(10 * start, reached), to);
    centimetres += to - from;
    reached = Math.max(reached, to);
  }
  return centimetres / 100;
}
