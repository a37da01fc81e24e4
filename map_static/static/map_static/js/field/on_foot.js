// How far it is to walk from where somebody stands, along the streets of the ground. Pure.
// Positions are longitude, latitude in degrees, positions along a segment decimetres.
import { pop, push } from "./matching/heap.js";

/** Who stands farther (metres) from every street is not on one; so is a place. */
const REACH = 60;
/** A position may mean any street that is so little (metres) farther off than the nearest: one of
 * them may be a passage that leads nowhere. */
const UNSURE = 15;
/** Farther than this (metres) nobody is sent. */
const FARTHEST = 5_000;

/** Ways from one position: Dijkstra's shortest paths over all segments, both ways on each. */
export class OnFoot {
  /** @param {import("./packages.js").Ground} ground */
  constructor(ground, lon, lat) {
    this.ground = ground;
    const near = ground.segmentsAround(lon, lat, REACH);
    this.starts = near.filter((one) => one.metres <= near[0].metres + UNSURE);
    this.nodes = new Map();
    this.#reach();
  }

  #reach() {
    const [metres, nodes] = [[], []];
    let open = 0;
    const reached = (away, node) => {
      if (!this.nodes.has(node)) open = push(metres, nodes, open, away, node);
    };
    for (const { segment, dm, metres: aside } of this.starts) {
      reached(aside + dm / 10, segment.from);
      reached(aside + Math.max(0, segment.cm / 100 - dm / 10), segment.to);
    }
    const streets = streetsAt(this.ground);
    while (open && metres[0] <= FARTHEST) {
      open = pop(metres, nodes, open);
      const [away, node] = [metres[open], nodes[open]];
      if (this.nodes.has(node)) continue;
      this.nodes.set(node, away);
      for (const [other, long] of streets.get(node) ?? []) reached(away + long, other);
    }
  }

  /**
   * The way to the nearest end of some stretches of a segment, or into the one stood on.
   * @param {Array<[number, number]>} stretches dm
   * @returns {{metres: number, dm: number} | null} null where no way is known
   */
  toStretches(segment, stretches) {
    let best = null;
    const offer = (metres, dm) => {
      if (metres < (best?.metres ?? Infinity)) best = { metres, dm };
    };
    const [head, tail] = [this.nodes.get(segment.from), this.nodes.get(segment.to)];
    for (const [start, end] of stretches) {
      if (head !== undefined) offer(head + start / 10, start);
      if (tail !== undefined) offer(tail + Math.max(0, segment.cm - end * 10) / 100, end);
      for (const here of this.starts) {
        if (here.segment !== segment) continue;
        const dm = Math.min(end, Math.max(start, here.dm));
        offer(here.metres + Math.abs(dm - here.dm) / 10, dm);
      }
    }
    return best;
  }

  /** Metres to a place by its nearest street; null where it lies off them, or no way is known. */
  toPlace(lon, lat) {
    if (!this.starts.length) return null;
    const near = this.ground.segmentAt(lon, lat, REACH);
    const way = near && this.toStretches(near.segment, [[near.dm, near.dm]]);
    return way ? way.metres + near.metres : null;
  }
}

const known = new WeakMap();

/** The streets at each node of a ground: Map node → [[node at the other end, metres], …]. */
function streetsAt(ground) {
  if (!known.has(ground)) {
    const found = new Map();
    const add = (node, other, metres) => {
      const there = found.get(node);
      if (there) there.push([other, metres]);
      else found.set(node, [[other, metres]]);
    };
    for (const { from, to, cm } of ground.segments.values()) {
      add(from, to, cm / 100);
      add(to, from, cm / 100);
    }
    known.set(ground, found);
  }
  return known.get(ground);
}
