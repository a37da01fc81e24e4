/**
 * The states of each observation: a link, the direction in which it is walked, and the point on it
 * that is nearest; as ``describe`` of spatial/matching_viterbi.py.
 *
 * States are numbered 2 * candidate + (0 along the link, 1 against it).
 */

import { room } from "./rooms.js";

/** Of each state, in columns; states follow one another as the candidates do, two for each. */
export class Places {
  link = new Int32Array(512);
  entering = new Int32Array(512); // the node where the link is entered ...
  leaving = new Int32Array(512); // ... and left
  tip = new Uint8Array(512); // whether the latter is the tip of a dead end
  reached = new Float64Array(512); // metres walked on the link
  rest = new Float64Array(512); // metres left
  length = new Float64Array(512); // both together
  entry = new Float64Array(512); // walked by whoever comes from another link; Infinity: cannot be

  /** Fills in the states of the candidates from..stop. */
  describe(graph, candidates, from, stop) {
    for (const name of Object.keys(this)) this[name] = room(this[name], 2 * stop);
    const { linkFrom, linkTo, linkLength, nodeOffset } = graph;
    for (let c = from; c < stop; c++) {
      const link = candidates.link[c];
      const length = linkLength[link];
      for (let against = 0; against < 2; against++) {
        const state = 2 * c + against;
        const entering = against ? linkTo[link] : linkFrom[link];
        const leaving = against ? linkFrom[link] : linkTo[link];
        const reached = against ? length - candidates.along[c] : candidates.along[c];
        const endsBlind = nodeOffset[leaving + 1] - nodeOffset[leaving] === 1;
        const beginsBlind = nodeOffset[entering + 1] - nodeOffset[entering] === 1;
        this.link[state] = link;
        this.entering[state] = entering;
        this.leaving[state] = leaving;
        this.tip[state] = endsBlind ? 1 : 0;
        this.reached[state] = reached;
        this.rest[state] = length - reached;
        this.length[state] = length;
        // To begin on another link with no metre walked is the same place twice; only the ends of
        // a blind alley are told apart so.
        this.entry[state] = reached > 0.0 || beginsBlind || endsBlind ? reached : Infinity;
      }
    }
  }
}
