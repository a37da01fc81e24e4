/** The legs walked in one piece, link by link: as ``make_legs`` of spatial/matching_path.py. */

import { BLOCK_SECONDS } from "./observations.js";
import { tipReach } from "./prices.js";
import { room } from "./rooms.js";

// Columns of a leg: one link, walked one way. FROM and TO are metres from where the leg enters the
// link; TIME is when it ends; RUN counts the times the walker came onto the network; TRUST and SEEN
// add up over the observations on the leg.
export const [LINK, AGAINST, FROM, TO, TIME, RUN, TRUST, SEEN] = [0, 1, 2, 3, 4, 5, 6, 7];
export const LEG = 8;

/** Legs of one piece; row k is rows[8 k .. 8 k + 8). */
export class Legs {
  count = 0;
  rows = new Float64Array(64 * LEG);

  #path = new Int32Array(16);

  /**
   * Walks through the observations that have a run.
   * @param {object} work as Trust.judge takes it, and graph
   * @param {Float64Array} trust of each observation
   * @param {Int32Array} states
   * @param {Int32Array} runs
   * @param {number} total
   */
  make(work, trust, states, runs, total) {
    const { candidates, places, observations, prices } = work;
    this.count = 0;
    let last = -1;
    let gone = 0.0;
    for (let t = 0; t < total; t++) {
      if (runs[t] < 0) continue;
      const state = 2 * candidates.offset[t] + states[t];
      const link = places.link[state];
      const against = state % 2;
      const reached = places.reached[state];
      if (last < 0 || runs[last] !== runs[t]) {
        this.#append(link, against, reached, reached, runs[t]);
      } else if (this.#goesOn(link, against, reached, gone - prices.backwards)) {
        const at = LEG * (this.count - 1);
        this.rows[at + TO] = Math.max(this.rows[at + TO], reached);
      } else {
        const wait = observations.middle(t) - observations.middle(last);
        this.#advance(work, link, against, reached, tipReach(prices, wait));
      }
      this.#tellTime(observations, last, t);
      const at = LEG * (this.count - 1);
      this.rows[at + TRUST] += trust[t];
      this.rows[at + SEEN] += 1.0;
      last = t;
      gone = reached;
    }
  }

  /** Lengthens the first leg back by `lead` metres and the last on by `tail`, on their links. */
  reachEnds(graph, lead, tail) {
    if (this.count === 0) return;
    this.rows[FROM] = Math.max(this.rows[FROM] - lead, 0.0);
    const at = LEG * (this.count - 1);
    const length = graph.linkLength[this.rows[at + LINK]];
    this.rows[at + TO] = Math.min(this.rows[at + TO] + tail, length);
  }

  /** Whether the walker is farther on the link of the last leg, but for a step back by noise. */
  #goesOn(link, against, reached, least) {
    const at = LEG * (this.count - 1);
    return (
      this.rows[at + LINK] === link && this.rows[at + AGAINST] === against && reached >= least
    );
  }

  #append(link, against, from, to, run) {
    const at = LEG * this.count++;
    this.rows = room(this.rows, at + LEG);
    this.rows[at + LINK] = link;
    this.rows[at + AGAINST] = against;
    this.rows[at + FROM] = from;
    this.rows[at + TO] = to;
    this.rows[at + TIME] = NaN;
    this.rows[at + RUN] = run;
    this.rows[at + TRUST] = 0.0;
    this.rows[at + SEEN] = 0.0;
  }

  /** Walks on from the link of the last leg, turning back or leaving it, `reached` m into f. */
  #advance({ graph, routes }, f, other, reached, tip) {
    const { linkFrom, linkTo, linkLength, nodeOffset } = graph;
    const at = LEG * (this.count - 1);
    const e = this.rows[at + LINK];
    const against = this.rows[at + AGAINST];
    const run = this.rows[at + RUN];
    const length = linkLength[e];
    const leaving = against ? linkFrom[e] : linkTo[e];
    if (e === f && against !== other) {
      const deadEnd = nodeOffset[leaving + 1] - nodeOffset[leaving] === 1;
      let turned = Math.max(this.rows[at + TO], length - reached);
      if (deadEnd && length - turned <= tip) turned = length;
      this.rows[at + TO] = turned;
      this.#append(f, other, length - turned, Math.max(length - turned, reached), run);
      return;
    }
    this.rows[at + TO] = length;
    const entering = other ? linkTo[f] : linkFrom[f];
    let count = 0;
    for (let node = entering; node !== leaving; count++) {
      const slot = routes.slot(leaving, node);
      if (slot < 0) throw new Error(`No route from node ${leaving} to node ${node}.`);
      const step = routes.last[slot];
      this.#path = room(this.#path, count + 1);
      this.#path[count] = step;
      node = linkFrom[step] === node ? linkTo[step] : linkFrom[step];
    }
    let node = leaving;
    while (count > 0) {
      const step = this.#path[--count];
      const back = linkTo[step] === node && linkFrom[step] !== node;
      this.#append(step, back ? 1 : 0, 0.0, linkLength[step], run);
      node = back ? linkFrom[step] : linkTo[step];
    }
    this.#append(f, other, 0.0, reached, run);
  }

  /** Gives the legs up to observation t their times, in proportion to their length. */
  #tellTime(observations, last, t) {
    const { rows } = this;
    const arrived = Math.min(observations.middle(t), observations.first[t] + BLOCK_SECONDS);
    let begin = this.count - 1;
    while (begin >= 0 && Number.isNaN(rows[LEG * begin + TIME])) begin -= 1;
    begin += 1;
    let total = 0.0;
    for (let k = begin; k < this.count; k++) total += rows[LEG * k + TO] - rows[LEG * k + FROM];
    const left =
      last < 0
        ? arrived
        : Math.max(observations.middle(last), observations.last[last] - BLOCK_SECONDS);
    let done = 0.0;
    for (let k = begin; k < this.count; k++) {
      done += rows[LEG * k + TO] - rows[LEG * k + FROM];
      const share = total > 0.0 ? done / total : 1.0;
      rows[LEG * k + TIME] = left + (arrived - left) * share;
    }
    rows[LEG * (this.count - 1) + TIME] = arrived;
  }
}
