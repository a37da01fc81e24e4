// Places on streets and water near a point, so that a border can run along them. Pure: no page, no
// Leaflet. Positions are [longitude, latitude] (EPSG:4326), distances metres.

const METRES_OF_DEGREE = 111_320;
/** Side of the squares that edges are kept in, in metres. */
const SQUARE = 60;

export class Snapping {
  #squares = new Map();
  #x = METRES_OF_DEGREE;

  /** `features`: GeoJSON lines with a name in their properties. */
  constructor(features = []) {
    const first = features.find(({ geometry }) => geometry.coordinates.length);
    if (!first) return;
    const [line] = linesOf(first.geometry);
    this.#x = METRES_OF_DEGREE * Math.cos((line[0][1] * Math.PI) / 180);
    for (const { geometry, properties } of features) {
      for (const one of linesOf(geometry)) this.#add(one, properties?.name ?? "");
    }
  }

  #flat([lng, lat]) {
    return [lng * this.#x, lat * METRES_OF_DEGREE];
  }

  #add(line, name) {
    for (let i = 1; i < line.length; i += 1) {
      const [a, b] = [this.#flat(line[i - 1]), this.#flat(line[i])];
      const edge = { a, b, ends: [line[i - 1], line[i]], name };
      const columns = span(a[0], b[0]);
      const rows = span(a[1], b[1]);
      for (let column = columns[0]; column <= columns[1]; column += 1) {
        for (let row = rows[0]; row <= rows[1]; row += 1) {
          const square = `${column},${row}`;
          if (!this.#squares.has(square)) this.#squares.set(square, []);
          this.#squares.get(square).push(edge);
        }
      }
    }
  }

  /**
   * The nearest place on a line within so many metres, or null: {at, name, metres}. A line's own
   * corner wins over a nearer spot between two, up to half the distance: borders turn at junctions.
   */
  nearest(place, within) {
    const p = this.#flat(place);
    let corner = null;
    let spot = null;
    for (const edge of this.#around(p, within)) {
      edge.ends.forEach((end, nth) => {
        const metres = apart(p, nth ? edge.b : edge.a);
        if (metres <= within / 2 && !(corner?.metres <= metres)) {
          corner = { at: end, name: edge.name, metres };
        }
      });
      const [x, y] = foot(p, edge.a, edge.b);
      const metres = apart(p, [x, y]);
      if (metres <= within && !(spot?.metres <= metres)) {
        spot = { at: [x / this.#x, y / METRES_OF_DEGREE], name: edge.name, metres };
      }
    }
    return corner ?? spot;
  }

  *#around([x, y], within) {
    const columns = span(x - within, x + within);
    const rows = span(y - within, y + within);
    for (let column = columns[0]; column <= columns[1]; column += 1) {
      for (let row = rows[0]; row <= rows[1]; row += 1) {
        yield* this.#squares.get(`${column},${row}`) ?? [];
      }
    }
  }
}

const linesOf = ({ type, coordinates }) => (type === "LineString" ? [coordinates] : coordinates);

const span = (a, b) => [Math.floor(Math.min(a, b) / SQUARE), Math.floor(Math.max(a, b) / SQUARE)];

const apart = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/** The point of an edge that is nearest to p. */
function foot([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square ? ((px - ax) * dx + (py - ay) * dy) / square : 0;
  const share = Math.min(1, Math.max(0, along));
  return [ax + dx * share, ay + dy * share];
}
