// How far it is to walk from where somebody stands, along the streets of the ground. Pure.
// Positions are longitude, latitude in degrees, positions along a segment decimetres.

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
    const heap = new Heap();
    for (const { segment, dm, metres } of this.starts) {
      heap.push(metres + dm / 10, segment.from);
      heap.push(metres + Math.max(0, segment.cm / 100 - dm / 10), segment.to);
    }
    const streets = streetsAt(this.ground);
    for (let next = heap.pop(); next && next[0] <= FARTHEST; next = heap.pop()) {
      const [away, node] = next;
      if (this.nodes.has(node)) continue;
      this.nodes.set(node, away);
      for (const [other, long] of streets.get(node) ?? []) {
        if (!this.nodes.has(other)) heap.push(away + long, other);
      }
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

/** A binary heap of [metres, node], the smallest metres first. */
class Heap {
  #items = [];

  push(metres, node) {
    const items = this.#items;
    let at = items.push([metres, node]) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above][0] <= items[at][0]) break;
      [items[above], items[at]] = [items[at], items[above]];
      at = above;
    }
  }

  pop() {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (!items.length) return top;
    items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < items.length && items[below][0] < items[least][0]) least = below;
      }
      if (least === at) return top;
      [items[least], items[at]] = [items[at], items[least]];
      at = least;
    }
  }
}
