/**
 * How sure the matcher is of each observation: what the best other way would have cost more; as
 * spatial/matching_trust.py (soft-output Viterbi after Hagenauer and Hoeher 1989).
 */

import { room } from "./rooms.js";
import { Forward, Leap, MOST_STATES, OFF, goRound, goesOn, sameLink } from "./viterbi.js";

const MOST_BACK = 64; // observations for which a rival is followed
const MOST_EVIDENCE = 8.0; // observations; more is not believed

/** Margins of one piece of a walk, kept where its states stay as they were. */
export class Trust {
  /** Of each observation .5 to 1, 0 for those off the network. */
  value = new Float64Array(64);

  #margin = new Float64Array(64);
  #chosen = new Int32Array(64);
  #best = new Int32Array(64);
  #leap = new Leap();
  #total = 0;
  #candidates = null;
  #back = null;

  /**
   * Judges `total` observations; of the first `known` the states are those of the last time.
   * @param {object} work routes, observations, candidates, places, forward, maxSpeed, prices
   * @param {Int32Array} states as Forward.trace chose them
   */
  judge(work, states, total, known) {
    const { candidates, forward, prices } = work;
    this.#candidates = candidates;
    this.#back = forward.back;
    this.#total = total;
    this.value = room(this.value, total);
    this.#margin = room(this.#margin, total);
    this.#chosen = room(this.#chosen, total);
    this.#best = room(this.#best, total);
    // What lies so far back, no rival of a later observation is followed to.
    const settled = Math.max(known - MOST_BACK - 1, 0);
    this.#margin.fill(prices.beam, settled, total);
    for (let i = 0; i < total; i++) {
      const off = states[i] === OFF;
      this.#best[i] = off ? Forward.off(candidates, i) : states[i];
      this.#chosen[i] = off ? -1 : candidates.link[candidates.offset[i] + (states[i] >> 1)];
    }
    for (let i = settled + 1; i < total; i++) this.#judgeMove(work, i);
    this.#judgeEnd(work, total - 1);
    for (let i = 0; i < total; i++) {
      this.value[i] = this.#chosen[i] >= 0 ? 1.0 / (1.0 + Math.exp(-this.#margin[i])) : 0.0;
    }
  }

  /** Follows back every way into the chosen state of observation i but the best one. */
  #judgeMove(work, i) {
    const { observations, candidates, forward, maxSpeed, prices } = work;
    const { score } = forward;
    const row = MOST_STATES * (i - 1);
    const off = Forward.off(candidates, i - 1);
    const chosen = this.#best[i - 1];
    this.#leap.measure(observations, i, maxSpeed, prices);
    let limit = least(score, row, off + 1) + prices.beam;
    const won = score[row + chosen] + this.#cost(work, i, chosen, off);
    limit = Math.min(limit, won + prices.beam);
    for (let a = 0; a <= off; a++) {
      if (a === chosen || score[row + a] > limit) continue;
      const lost = score[row + a] + this.#cost(work, i, a, off) - won;
      if (lost <= prices.beam) this.#follow(lost, i - 1, a);
    }
  }

  #judgeEnd({ candidates, forward, prices }, last) {
    const row = MOST_STATES * last;
    const won = forward.score[row + this.#best[last]];
    for (let a = 0; a <= Forward.off(candidates, last); a++) {
      const lost = forward.score[row + a] - won;
      if (a !== this.#best[last] && lost <= prices.beam) this.#follow(lost, last, a);
    }
  }

  /** The cost of the move from state a of the observation before i to the chosen state of i. */
  #cost({ routes, candidates, places, prices }, i, a, off) {
    const onto = this.#chosen[i] >= 0;
    if (a === off || !onto) {
      if (a === off && !onto) return 0.0;
      return onto ? prices.enter : prices.leave;
    }
    const from = 2 * candidates.offset[i - 1] + a;
    const to = 2 * candidates.offset[i] + this.#best[i];
    let cost = Infinity;
    if (places.link[from] === places.link[to]) {
      cost = sameLink(places, from, to, this.#leap, prices);
      if ((from - to) % 2 !== 0 || goesOn(places, from, to, prices)) return cost;
    }
    return Math.min(cost, goRound(routes, places, from, to, this.#leap, prices));
  }

  /** Notes by how much a rival lost, from observation `last` back to where the ways parted. */
  #follow(lost, last, rival) {
    const stop = Math.max(last - MOST_BACK, -1);
    const back = this.#back;
    let apart = 0;
    let a = rival;
    let i = last;
    for (; i > stop && a !== this.#best[i]; i--) {
      if (this.#differs(i, a)) apart += 1;
      if (i > 0) a = back[MOST_STATES * i + a];
    }
    const share = Math.max(lost, 0.0) * Math.min(1.0, MOST_EVIDENCE / Math.max(apart, 1));
    a = rival;
    for (i = last; i > stop && a !== this.#best[i]; i--) {
      if (share < this.#margin[i] && this.#differs(i, a)) this.#margin[i] = share;
      if (i > 0) a = back[MOST_STATES * i + a];
    }
  }

  /** Whether state a of observation i is another way than the chosen one, and not round a corner. */
  #differs(i, a) {
    const { offset, link } = this.#candidates;
    const at = offset[i] + (a >> 1);
    const other = at < offset[i + 1] ? link[at] : -1;
    if (other === this.#chosen[i]) return false;
    const before = this.#chosen[Math.max(i - 1, 0)];
    const after = this.#chosen[Math.min(i + 1, this.#total - 1)];
    return other < 0 || (other !== before && other !== after);
  }
}

function least(score, row, count) {
  let found = Infinity;
  for (let s = 0; s < count; s++) found = Math.min(found, score[row + s]);
  return found;
}
