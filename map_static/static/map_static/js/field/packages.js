// The ground that a tablet carries: packages of cells (docs/sync.md), and several of them as one.
// Pure; runs in Node's tests too. Positions are longitude, latitude in degrees (EPSG:4326), lines
// flat [lon, lat, …]; positions along a segment are whole decimetres from its first vertex.

import { boxOf, insideRings, Plane, Squares } from "./plane.js";

const FORMAT = 1;
const PER_DEGREE = 1e7;

/** A package whose form this version of the app does not know. */
export class UnknownFormat extends Error {}

/** Integers of 1e-7 degrees, the first position and then steps, as degrees. */
function unpacked(steps) {
  const line = new Float64Array(steps.length);
  let [lon, lat] = [0, 0];
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    line[i] = lon / PER_DEGREE;
    line[i + 1] = lat / PER_DEGREE;
  }
  return line;
}

/**
 * A package as the server sent it, with its columns as typed arrays and its lines in degrees.
 * @param {object} json
 * @returns {object} the same fields; `segments.lines` and `buildings.rings` as Float64Arrays
 * @throws {UnknownFormat}
 */
export function decode(json) {
  if (json?.format !== FORMAT) throw new UnknownFormat(`package of format ${json?.format}`);
  const { segments, buildings } = json;
  return {
    ...json,
    decoded: true,
    segments: {
      id: Float64Array.from(segments.id),
      street: Int32Array.from(segments.street),
      kind: Uint8Array.from(segments.kind),
      duty: Uint8Array.from(segments.duty),
      cm: Int32Array.from(segments.cm),
      from: Float64Array.from(segments.from),
      to: Float64Array.from(segments.to),
      cadence: Uint16Array.from(segments.cadence),
      own: segments.own,
      lines: segments.lines.map(unpacked),
    },
    buildings: { ...buildings, rings: buildings.rings.map((rings) => rings.map(unpacked)) },
  };
}

/** The name of a segment's street in a language ("zh-hans", "en"); "" where it has none. */
export function streetName(segment, language) {
  const own = (language ?? "").startsWith("zh") ? segment.names.zh : segment.names.en;
  return own || segment.street;
}

/**
 * Packages of several cells as one ground. A segment that lies in two packages is one, with its
 * own stretches from both; so are buildings, lamps and links.
 *
 * `segments` Map id → {id, street, names: {zh, en}, kind, duty: boolean, cm, cadence (days), from,
 * to (nodes), line, own: [[start_dm, end_dm, days], …] sorted}; `links` [[sidewalk, start_dm,
 * end_dm, street segment, street_start_dm, street_end_dm], …]; `buildings` Map id → {id, address,
 * own, rings}; `lamps` Map id → {id, number, lon, lat, cell}; `servicePoints` Map id → {id, name,
 * kind, lon, lat, cell}; `cells`, `neighbours` Map code → {code, name, outline (GeoJSON)};
 * `bounds` box of the own cells, null without any.
 */
export class Ground {
  /** @param {object[]} packages decoded, or as the server sent them */
  constructor(packages) {
    const decoded = packages.map((one) => (one.decoded ? one : decode(one)));
    this.segments = new Map();
    this.buildings = new Map();
    this.lamps = new Map();
    this.servicePoints = new Map();
    this.cells = new Map(decoded.map((one) => [one.cell.code, one.cell]));
    this.neighbours = new Map();
    const links = new Map();
    for (const one of decoded) {
      this.#addSegments(one);
      this.#addPlaces(one);
      for (const link of one.links) links.set(`${link[0]} ${link[1]}`, link);
      for (const area of one.neighbours) {
        if (!this.cells.has(area.code)) this.neighbours.set(area.code, area);
      }
    }
    this.links = [...links.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const segment of this.segments.values()) segment.own.sort((a, b) => a[0] - b[0]);
    this.#index();
  }

  #addSegments({ segments, streets, kinds }) {
    const held = [];
    segments.id.forEach((id, i) => {
      let segment = this.segments.get(id);
      if (!segment) {
        const [street, zh, en] = streets[segments.street[i]] ?? ["", "", ""];
        segment = {
          id, street, names: { zh, en }, kind: kinds[segments.kind[i]], duty: segments.duty[i] === 1,
          cm: segments.cm[i], cadence: segments.cadence[i], from: segments.from[i],
          to: segments.to[i], line: segments.lines[i], own: [],
        };
        this.segments.set(id, segment);
      }
      held.push(segment);
    });
    for (const [i, start, end] of segments.own) {
      const days = segments.cadence[i];
      // Cells may have cadences of their own: what is shown of the segment is the shorter one.
      if (!held[i].own.length || days < held[i].cadence) held[i].cadence = days;
      held[i].own.push([start, end, days]);
    }
  }

  #addPlaces({ cell, buildings, lamps, service_points: points }) {
    buildings.id.forEach((id, i) => {
      const own = buildings.own[i] === 1 || (this.buildings.get(id)?.own ?? false);
      this.buildings.set(id, { id, address: buildings.address[i], own, rings: buildings.rings[i] });
    });
    const place = (of, i) => ({ id: of.id[i], lon: of.lon[i], lat: of.lat[i], cell: cell.code });
    lamps.id.forEach((id, i) => this.lamps.set(id, { ...place(lamps, i), number: lamps.number[i] }));
    points.id.forEach((id, i) => {
      const named = { name: points.name[i], kind: points.kind[i] };
      this.servicePoints.set(id, { ...place(points, i), ...named });
    });
  }

  #index() {
    this.segments = new Map([...this.segments].sort(([a], [b]) => a - b));
    const outlines = [...this.cells.values()].map((cell) => ({ cell, rings: ringsOf(cell.outline) }));
    this.outlines = outlines;
    const boxes = outlines.flatMap(({ rings }) => rings.map(boxOf));
    this.bounds = boxes.length
      ? [0, 1].map((k) => Math.min(...boxes.map((box) => box[k])))
          .concat([2, 3].map((k) => Math.max(...boxes.map((box) => box[k]))))
      : null;
    this.plane = new Plane(this.bounds ? (this.bounds[1] + this.bounds[3]) / 2 : 0);
    this.where = { segments: new Squares(), buildings: new Squares(), lamps: new Squares() };
    for (const one of this.segments.values()) this.where.segments.add(one, boxOf(one.line));
    for (const one of this.buildings.values()) {
      this.where.buildings.add(one, boxOf(one.rings.flatMap((ring) => [...ring])));
    }
    for (const one of this.lamps.values()) {
      this.where.lamps.add(one, [one.lon, one.lat, one.lon, one.lat]);
    }
  }

  /** The segments whose boxes touch a box, by id. */
  segmentsIn(box) {
    return this.where.segments.in(box);
  }

  /** The buildings whose boxes touch a box. */
  buildingsIn(box) {
    return this.where.buildings.in(box);
  }

  /** The lamps in a box. */
  lampsIn(box) {
    return this.where.lamps.in(box);
  }

  /** The own cell at a position, or null. */
  cellAt(lon, lat) {
    return this.outlines.find(({ rings }) => insideRings(rings, lon, lat))?.cell ?? null;
  }

  /**
   * The nearest segment within some metres of a position.
   * @param {(segment: object) => boolean} [wanted] only these, like `(s) => s.duty`
   * @returns {{segment: object, metres: number, dm: number, lon: number, lat: number} | null}
   *   metres away, and where along it
   */
  segmentAt(lon, lat, metres, wanted = () => true) {
    return this.segmentsAround(lon, lat, metres, wanted)[0] ?? null;
  }

  /** All segments within some metres of a position, nearest first, as segmentAt has one. */
  segmentsAround(lon, lat, metres, wanted = () => true) {
    const found = [];
    for (const segment of this.segmentsIn(this.plane.around(lon, lat, metres))) {
      if (!wanted(segment)) continue;
      const near = this.plane.nearest(segment.line, lon, lat);
      if (near.metres > metres) continue;
      const dm = Math.round((near.share * segment.cm) / 10);
      found.push({ segment, metres: near.metres, dm, lon: near.lon, lat: near.lat });
    }
    return found.sort((a, b) => a.metres - b.metres);
  }

  /** The nearest lamp within some metres: {lamp, metres}, or null. */
  nearLamp(lon, lat, metres) {
    let best = null;
    for (const lamp of this.lampsIn(this.plane.around(lon, lat, metres))) {
      const away = this.plane.metres(lon, lat, lamp.lon, lamp.lat);
      if (away <= metres && away < (best?.metres ?? Infinity)) best = { lamp, metres: away };
    }
    return best;
  }

  /** The nearest building within some metres (0 inside of it): {building, metres}, or null. */
  nearBuilding(lon, lat, metres) {
    let best = null;
    for (const building of this.buildingsIn(this.plane.around(lon, lat, metres))) {
      const away = this.metresTo(building, lon, lat);
      if (away <= metres && away < (best?.metres ?? Infinity)) best = { building, metres: away };
    }
    return best;
  }

  /** Metres from a position to a building; 0 inside of it. */
  metresTo(building, lon, lat) {
    if (insideRings(building.rings, lon, lat)) return 0;
    const near = (ring) => this.plane.nearest([...ring, ring[0], ring[1]], lon, lat).metres;
    return Math.min(...building.rings.map(near));
  }

  /** A stretch of a segment as a flat line; empty where there is no such segment. */
  part(id, startDm, endDm) {
    const segment = this.segments.get(id);
    if (!segment) return new Float64Array(0);
    return this.plane.part(segment.line, (startDm * 10) / segment.cm, (endDm * 10) / segment.cm);
  }
}

/** The rings of a GeoJSON Polygon or MultiPolygon, flat and not closed. */
export function ringsOf(outline) {
  const polygons = outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
  return polygons.flat().map((ring) => Float64Array.from(ring.slice(0, -1).flat()));
}
