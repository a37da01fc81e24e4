// Metres near one place, and an index of what lies where. Pure; runs in Node's tests too.
// Positions are longitude, latitude in degrees (EPSG:4326), in this order; boxes are
// [west, south, east, north]; lines are flat: [lon, lat, lon, lat, …].

const A = 6_378_137;
const E2 = 0.006_694_379_990_14;
const RADIANS = Math.PI / 180;

/**
 * How many metres a degree is near a latitude (WGS 84): good for what is near each other, to one
 * part in a thousand some kilometres away. Lengths that are counted come from the server.
 */
export class Plane {
  /** @param {number} lat degrees */
  constructor(lat) {
    const s = Math.sin(lat * RADIANS);
    const w = Math.sqrt(1 - E2 * s * s);
    this.east = (A / w) * Math.cos(lat * RADIANS) * RADIANS;
    this.north = ((A * (1 - E2)) / w ** 3) * RADIANS;
  }

  /** Metres between two positions. */
  metres(lon, lat, lon2, lat2) {
    return Math.hypot((lon2 - lon) * this.east, (lat2 - lat) * this.north);
  }

  /** The box that reaches so many metres around a position. */
  around(lon, lat, metres) {
    const [dx, dy] = [metres / this.east, metres / this.north];
    return [lon - dx, lat - dy, lon + dx, lat + dy];
  }

  /**
   * The point of a line that is nearest to a position.
   * @param {ArrayLike<number>} line lon, lat, …; one vertex at least
   * @returns {{metres: number, share: number, lon: number, lat: number}} metres away, and where
   *   along the line, 0..1 of its length
   */
  nearest(line, lon, lat) {
    let [best, bestAlong, along] = [Infinity, 0, 0];
    let at = [line[0], line[1]];
    const check = (x, y, so_far) => {
      const away = (x - lon) ** 2 * this.east ** 2 + (y - lat) ** 2 * this.north ** 2;
      if (away < best) [best, bestAlong, at] = [away, so_far, [x, y]];
    };
    check(line[0], line[1], 0);
    for (let i = 2; i < line.length; i += 2) {
      const dx = (line[i] - line[i - 2]) * this.east;
      const dy = (line[i + 1] - line[i - 1]) * this.north;
      const long2 = dx * dx + dy * dy;
      if (long2 === 0) continue;
      const px = (lon - line[i - 2]) * this.east;
      const py = (lat - line[i - 1]) * this.north;
      const t = Math.min(1, Math.max(0, (px * dx + py * dy) / long2));
      const long = Math.sqrt(long2);
      const x = line[i - 2] + (line[i] - line[i - 2]) * t;
      check(x, line[i - 1] + (line[i + 1] - line[i - 1]) * t, along + t * long);
      along += long;
    }
    return { metres: Math.sqrt(best), share: along ? bestAlong / along : 0, lon: at[0], lat: at[1] };
  }

  /** Length of a line in metres of this plane. */
  length(line) {
    let sum = 0;
    for (let i = 2; i < line.length; i += 2) {
      sum += this.metres(line[i - 2], line[i - 1], line[i], line[i + 1]);
    }
    return sum;
  }

  /** The part of a line between two shares of its length, as a flat line; empty where it is none. */
  part(line, from, to) {
    const total = this.length(line);
    if (!(to > from) || total === 0) return new Float64Array(0);
    const [start, end] = [Math.max(0, from) * total, Math.min(1, to) * total];
    const found = [];
    let at = 0;
    for (let i = 2; i < line.length && at <= end; i += 2) {
      const step = this.metres(line[i - 2], line[i - 1], line[i], line[i + 1]);
      const point = (metres) => {
        const t = step ? (metres - at) / step : 0;
        const lon = line[i - 2] + (line[i] - line[i - 2]) * t;
        found.push(lon, line[i - 1] + (line[i + 1] - line[i - 1]) * t);
      };
      if (step > 0 && at + step >= start) {
        if (!found.length) point(start);
        if (at + step <= end) found.push(line[i], line[i + 1]);
        else point(end);
      }
      at += step;
    }
    return Float64Array.from(found);
  }
}

/** The box of a flat line. */
export function boxOf(line) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < line.length; i += 2) {
    box[0] = Math.min(box[0], line[i]);
    box[1] = Math.min(box[1], line[i + 1]);
    box[2] = Math.max(box[2], line[i]);
    box[3] = Math.max(box[3], line[i + 1]);
  }
  return box;
}

/** Whether two boxes touch. */
const touch = (a, b) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** Whether a position lies in an odd number of rings (flat, not closed). */
export function insideRings(rings, lon, lat) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const crosses = ring[i + 1] > lat !== ring[j + 1] > lat;
      const share = (lat - ring[i + 1]) / (ring[j + 1] - ring[i + 1]);
      if (crosses && lon < ring[i] + (ring[j] - ring[i]) * share) inside = !inside;
    }
  }
  return inside;
}

const SQUARE = 0.001;
/** So many squares at most are looked through; a box of more is compared with every item. */
const MOST_SQUARES = 10_000;

/** Items by their boxes, in squares of a thousandth of a degree, some 100 m. */
export class Squares {
  constructor() {
    this.items = [];
    this.boxes = [];
    this.squares = new Map();
  }

  /** @param {any} item @param {number[]} box */
  add(item, box) {
    const index = this.items.push(item) - 1;
    this.boxes.push(box);
    for (const key of this.#keys(box)) {
      const inside = this.squares.get(key);
      if (inside) inside.push(index);
      else this.squares.set(key, [index]);
    }
  }

  /** The items whose boxes touch a box, in the order in which they were added. */
  in(box) {
    const found = new Set();
    const wide = (box[2] - box[0] + SQUARE) * (box[3] - box[1] + SQUARE);
    if (!(wide < MOST_SQUARES * SQUARE * SQUARE)) this.boxes.forEach((_box, i) => found.add(i));
    else for (const key of this.#keys(box)) this.squares.get(key)?.forEach((i) => found.add(i));
    const touching = [...found].filter((i) => touch(this.boxes[i], box));
    return touching.sort((a, b) => a - b).map((i) => this.items[i]);
  }

  *#keys([west, south, east, north]) {
    for (let x = Math.floor(west / SQUARE); x <= Math.floor(east / SQUARE); x += 1) {
      for (let y = Math.floor(south / SQUARE); y <= Math.floor(north / SQUARE); y += 1) {
        yield x * 1_000_000 + y;
      }
    }
  }
}
