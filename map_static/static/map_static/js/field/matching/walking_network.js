/**
 * What a tablet carries of the walking network, ready for the matcher: segments with their stored
 * lengths, which street gets a sidewalk's metres, and buildings, in metres around their middle.
 */

import { Buildings } from "./buildings.js";
import { Matcher } from "./matcher.js";
import { LocalProjection } from "./projection.js";

/**
 * What of a Ground (../packages.js) the matcher needs, in arrays that a worker can be sent.
 * @typedef {object} Parts
 * @property {Float64Array} ids (E,) segments, ascending
 * @property {Int32Array} cm (E,) their stored lengths
 * @property {Uint8Array} duty (E,) 0 for sidewalks
 * @property {Float64Array} ends (2E,) ids of the nodes at both ends
 * @property {Float64Array} lonlat of all vertices, degrees
 * @property {Int32Array} start (E + 1,) offsets into the vertices
 * @property {Float64Array} links (6L,) sidewalk, start and end in dm, street, its start and end
 * @property {Float64Array} buildings (B,) ids, ascending
 * @property {Float64Array} rings lon, lat of the vertices of all their rings, which are open
 * @property {Int32Array} ringStart (R + 1,) offsets into those
 * @property {Int32Array} ringOwner (R,) place of the building in `buildings`
 */

/** @returns {Parts} */
export function partsOf(ground) {
  const segments = [...ground.segments.values()].sort((a, b) => a.id - b.id);
  const buildings = [...ground.buildings.values()].sort((a, b) => a.id - b.id);
  const rings = buildings.flatMap((building, at) => building.rings.map((ring) => ({ ring, at })));
  return {
    ids: Float64Array.from(segments, ({ id }) => id),
    cm: Int32Array.from(segments, ({ cm }) => cm),
    duty: Uint8Array.from(segments, ({ duty }) => (duty ? 1 : 0)),
    ends: Float64Array.from(segments.flatMap(({ from, to }) => [from, to])),
    ...packed(segments.map(({ line }) => line), "lonlat", "start"),
    links: Float64Array.from([...ground.links].flat()),
    buildings: Float64Array.from(buildings, ({ id }) => id),
    ...packed(rings.map(({ ring }) => ring), "rings", "ringStart"),
    ringOwner: Int32Array.from(rings, ({ at }) => at),
  };
}

/** The network of a Ground. */
export function networkOf(ground) {
  return new WalkingNetwork(partsOf(ground));
}

export class WalkingNetwork {
  /** @param {Parts} parts */
  constructor(parts) {
    const { lonlat, start, ends, rings, ringStart, ringOwner } = parts;
    this.projection = LocalProjection.around(boundsOf(lonlat.length ? lonlat : rings));
    this.matcher = new Matcher({ xy: this.#flat(lonlat), start, ends });
    this.ids = parts.ids;
    this.cm = parts.cm;
    this.duty = parts.duty;
    this.buildingIds = parts.buildings;
    this.buildings = new Buildings(
      { xy: this.#flat(rings), start: ringStart, owner: ringOwner },
      parts.buildings.length,
    );
    /** Length in cm of each segment, by id. */
    this.lengths = new Map(Array.from(parts.ids, (id, edge) => [id, parts.cm[edge]]));
    this.#link(parts.links);
  }

  #flat(lonlat) {
    const xy = new Float64Array(lonlat.length);
    for (let i = 0; i < lonlat.length; i += 2) {
      this.projection.forward(lonlat[i], lonlat[i + 1], xy, i);
    }
    return xy;
  }

  /** By sidewalk id its links in their order, as objects with positions in dm. */
  #link(links) {
    this.links = new Map();
    for (let k = 0; k < links.length; k += 6) {
      const [sidewalk, start, end, street, streetStart, streetEnd] = links.subarray(k, k + 6);
      if (!this.links.has(sidewalk)) this.links.set(sidewalk, []);
      this.links.get(sidewalk).push({ start, end, street, streetStart, streetEnd });
    }
    for (const of of this.links.values()) of.sort((a, b) => a.start - b.start);
  }
}

/** Lines one after the other, and where each begins. */
function packed(lines, name, startName) {
  const start = new Int32Array(lines.length + 1);
  lines.forEach((line, at) => {
    start[at + 1] = start[at] + line.length / 2;
  });
  const all = new Float64Array(2 * start[lines.length]);
  lines.forEach((line, at) => all.set(line, 2 * start[at]));
  return { [name]: all, [startName]: start };
}

/** [west, south, east, north] of lon, lat, lon, lat …; of nothing, a place as good as any. */
function boundsOf(lonlat) {
  if (lonlat.length === 0) return [0, 0, 0, 0];
  const bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < lonlat.length; i += 2) {
    bounds[0] = Math.min(bounds[0], lonlat[i]);
    bounds[1] = Math.min(bounds[1], lonlat[i + 1]);
    bounds[2] = Math.max(bounds[2], lonlat[i]);
    bounds[3] = Math.max(bounds[3], lonlat[i + 1]);
  }
  return bounds;
}
