/** The links that may explain an observation, nearest first: as spatial/matching_graph.py. */

import { room } from "./rooms.js";

export const MOST_CANDIDATES = 16;
const REACH = 40.0; // m; a street farther from a fix than this does not explain it ...
const REACH_DEVIATIONS = 3.0; // ... unless the receiver's noise is large
const CLOSE = 4.0; // m; most positions have a link so near

/** The candidates of a growing number of observations: those of t are offset[t]..offset[t + 1]. */
export class Candidates {
  offset = new Int32Array(64);
  link = new Int32Array(256);
  along = new Float64Array(256); // metres along the link
  away = new Float64Array(256); // metres between the two

  /** Adds those of observation t; those of later ones are forgotten. */
  seek(finder, t, x, y, noise, prices) {
    const used = this.offset[t];
    const count = finder.find(x, y, noise, prices);
    this.offset = room(this.offset, t + 2);
    this.link = room(this.link, used + count);
    this.along = room(this.along, used + count);
    this.away = room(this.away, used + count);
    for (let k = 0; k < count; k++) {
      this.link[used + k] = finder.near[k];
      this.along[used + k] = finder.where[k];
      this.away[used + k] = Math.sqrt(finder.squared[k]);
    }
    this.offset[t + 1] = used + count;
  }
}

/** Looks around positions of one graph; what it found last is in near, where and squared. */
export class Finder {
  #graph;
  #stamp;
  #place;
  #clock = 0;
  #count = 0;
  #least = Infinity;

  constructor(graph) {
    const links = graph.linkEdge.length;
    this.#graph = graph;
    this.#stamp = new Int32Array(links); // when a link was last seen ...
    this.#place = new Int32Array(links); // ... and its place in the others
    this.near = new Int32Array(links);
    this.squared = new Float64Array(links);
    this.where = new Float64Array(links);
  }

  /** Finds the links that explain a position; returns their number, at most MOST_CANDIDATES. */
  find(x, y, noise, prices) {
    const deviation = Math.max(noise, prices.floor);
    const farthest = Math.max(REACH, REACH_DEVIATIONS * deviation);
    const worse = ((2.0 * prices.rival) / prices.weight) * deviation * deviation;
    // Most positions have a link close by; only the others look all the way.
    let reach = Math.min(Math.sqrt(worse) + CLOSE, farthest);
    let limit;
    for (;;) {
      this.#lookAround(x, y, reach);
      limit = Math.min(this.#least + worse, farthest * farthest);
      if (reach >= farthest || limit <= reach * reach) break;
      reach = farthest;
    }
    const atEnd = Math.min(limit, this.#least + prices.corner * worse);
    return Math.min(this.#nearestFirst(limit, atEnd), MOST_CANDIDATES);
  }

  #lookAround(x, y, reach) {
    const { frame, cellPiece } = this.#graph;
    const { left, bottom, size, columns, rows } = frame;
    const c0 = Math.max(Math.floor((x - reach - left) / size), 0);
    const c1 = Math.min(Math.floor((x + reach - left) / size), columns - 1);
    const r0 = Math.max(Math.floor((y - reach - bottom) / size), 0);
    const r1 = Math.min(Math.floor((y + reach - bottom) / size), rows - 1);
    this.#clock += 1;
    this.#count = 0;
    this.#least = Infinity;
    if (c0 > c1) return;
    for (let row = r0; row <= r1; row++) {
      const stop = cellPiece[row * columns + c1 + 1];
      for (let k = cellPiece[row * columns + c0]; k < stop; k++) this.#measure(x, y, k, reach * reach);
    }
  }

  /** Notes the link of piece k where it is within reach and nearer than before. */
  #measure(x, y, k, farthest) {
    const { piece, pieceLink } = this.#graph;
    const at = 6 * k;
    const dx = x - piece[at];
    const dy = y - piece[at + 1];
    const length = piece[at + 4];
    let share = 0.0;
    if (length > 0.0) {
      share = (dx * piece[at + 2] + dy * piece[at + 3]) / (length * length);
      share = Math.min(Math.max(share, 0.0), 1.0);
    }
    const ox = dx - share * piece[at + 2];
    const oy = dy - share * piece[at + 3];
    const squared = ox * ox + oy * oy;
    if (squared > farthest) return;
    const owner = pieceLink[k];
    let place = this.#place[owner];
    if (this.#stamp[owner] !== this.#clock) {
      this.#stamp[owner] = this.#clock;
      this.#place[owner] = place = this.#count++;
      this.near[place] = owner;
    } else if (squared >= this.squared[place]) {
      return;
    }
    this.squared[place] = squared;
    this.where[place] = piece[at + 5] + share * length;
    this.#least = Math.min(this.#least, squared);
  }

  /** Sorts the links within the limit by their distance; of a link just whose end is near, less. */
  #nearestFirst(limit, atEnd) {
    const { near, squared, where } = this;
    let kept = 0;
    for (let k = 0; k < this.#count; k++) {
      const owner = near[k];
      const length = this.#graph.linkLength[owner];
      const away = squared[k];
      const metres = Math.min(where[k], length);
      if (away > (metres > 0.0 && metres < length ? limit : atEnd)) continue;
      let at = kept;
      while (at > 0 && (squared[at - 1] > away || (squared[at - 1] === away && near[at - 1] > owner))) {
        near[at] = near[at - 1];
        squared[at] = squared[at - 1];
        where[at] = where[at - 1];
        at -= 1;
      }
      near[at] = owner;
      squared[at] = away;
      where[at] = metres;
      kept += 1;
    }
    return kept;
  }
}
