/**
 * Shortest routes between the nodes near a walk, found once and kept: spatial/matching_routes.py.
 *
 * A node gets a row, a hash table in one arena, when the walk first needs it; the row reaches only
 * as far as one can have walked between two observations.
 */

import { pop, push } from "./heap.js";
import { room } from "./rooms.js";

const FIRST_SLOTS = 1 << 14;
const MOST_SLOTS = 1 << 21; // 16 bytes each: 32 MiB, then the table starts anew

export class RouteTable {
  /** How often the table started anew: rows asked for before are gone. */
  age = 0;

  #graph;
  #used = 0;
  #mostSlots;

  constructor(graph, { mostSlots = MOST_SLOTS } = {}) {
    const { nodes } = graph;
    const links = graph.linkEdge.length;
    this.#graph = graph;
    this.#mostSlots = mostSlots;
    this.rowAt = new Int32Array(nodes).fill(-1); // -1 where there is no row
    this.rowMask = new Int32Array(nodes); // size of the row minus one; sizes are powers of two
    this.rowReach = new Float64Array(nodes); // metres within which the row knows every node
    this.node = new Int32Array(FIRST_SLOTS).fill(-1); // -1 where empty
    this.metres = new Float32Array(FIRST_SLOTS);
    this.first = new Int32Array(FIRST_SLOTS); // link by which the route leaves, -1 for none
    this.last = new Int32Array(FIRST_SLOTS); // link by which it arrives
    this.search = {
      distance: new Float64Array(nodes).fill(Infinity),
      first: new Int32Array(nodes),
      last: new Int32Array(nodes),
      touched: new Int32Array(nodes + 1),
      keys: new Float64Array(2 * links + 2),
      items: new Int32Array(2 * links + 2),
    };
  }

  /** Starts anew where the table has become too large: call it before asking for rows. */
  makeRoom() {
    if (this.#used <= this.#mostSlots) return;
    this.#used = 0;
    this.age += 1;
    this.rowAt.fill(-1);
    this.rowReach.fill(0);
    this.node.fill(-1);
  }

  /** Makes sure that the row of a node knows everything within so many metres. */
  reach(u, metres) {
    if (this.rowAt[u] >= 0 && this.rowReach[u] >= metres) return;
    let radius = 32.0;
    while (radius < metres) radius *= 2.0;
    const count = searchFrom(this.#graph, u, radius, this.search);
    let size = 4;
    while (size < 2 * count) size *= 2;
    this.#grow(this.#used + size);
    this.rowAt[u] = this.#used;
    this.rowMask[u] = size - 1;
    this.rowReach[u] = radius;
    const { distance, first, last, touched } = this.search;
    for (let i = 0; i < count; i++) {
      const v = touched[i];
      if (distance[v] <= radius) {
        let slot = (v * 40503) & (size - 1);
        while (this.node[this.#used + slot] >= 0) slot = (slot + 1) & (size - 1);
        slot += this.#used;
        this.node[slot] = v;
        this.metres[slot] = distance[v];
        this.first[slot] = first[v];
        this.last[slot] = last[v];
      }
      distance[v] = Infinity;
    }
    this.#used += size;
  }

  /** The slot of node v in the row of u, or -1 when v is out of reach. */
  slot(u, v) {
    const mask = this.rowMask[u];
    const base = this.rowAt[u];
    if (base < 0) return -1;
    let slot = (v * 40503) & mask;
    while (this.node[base + slot] !== v) {
      if (this.node[base + slot] < 0) return -1;
      slot = (slot + 1) & mask;
    }
    return base + slot;
  }

  #grow(count) {
    const known = this.node.length;
    if (count <= known) return;
    this.node = room(this.node, count).fill(-1, known);
    this.metres = room(this.metres, count);
    this.first = room(this.first, count);
    this.last = room(this.last, count);
  }
}

/** Dijkstra from one node as far as radius; returns how many nodes were touched. */
function searchFrom(graph, source, radius, { distance, first, last, touched, keys, items }) {
  const { nodeOffset, nodeLink, linkFrom, linkTo, linkLength } = graph;
  distance[source] = 0.0;
  first[source] = -1;
  last[source] = -1;
  touched[0] = source;
  let count = 1;
  let size = push(keys, items, 0, 0.0, source);
  while (size > 0) {
    size = pop(keys, items, size);
    const near = keys[size];
    const u = items[size];
    if (near > distance[u]) continue;
    for (let at = nodeOffset[u]; at < nodeOffset[u + 1]; at++) {
      const link = nodeLink[at];
      const v = linkFrom[link] === u ? linkTo[link] : linkFrom[link];
      const there = near + linkLength[link];
      if (there < distance[v] && there <= radius) {
        if (distance[v] === Infinity) touched[count++] = v;
        distance[v] = there;
        last[v] = link;
        first[v] = u === source ? link : first[u];
        size = push(keys, items, size, there, v);
      } else if (there === distance[v] && near < there && link < last[v]) {
        // Of routes of the same length always the same one, however far the row reaches.
        last[v] = link;
        first[v] = u === source ? link : first[u];
      }
    }
  }
  return count;
}
