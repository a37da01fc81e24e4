/** Which buildings a fix comes near: their rings in a grid of the bounds around them. */

export const PASSED_METRES = 20.0;
const SQUARE = 40.0; // m

/**
 * B buildings with R rings in metres, inner rings too; a point lies in a building where it lies in
 * an odd number of its rings.
 * @typedef {object} Rings
 * @property {Float64Array} xy x, y of the vertices of all rings, which are open
 * @property {Int32Array} start (R + 1,) offsets into the vertices
 * @property {Int32Array} owner (R,) the building of each ring, ascending
 */

export class Buildings {
  #rings;
  #ringStart;
  #box;
  #cells = new Map();

  /**
   * @param {Rings} rings
   * @param {number} count of buildings
   */
  constructor(rings, count) {
    this.#rings = rings;
    this.#ringStart = new Int32Array(count + 1);
    for (const owner of rings.owner) this.#ringStart[owner + 1] += 1;
    for (let b = 0; b < count; b++) this.#ringStart[b + 1] += this.#ringStart[b];
    this.#box = new Float64Array(4 * count);
    for (let b = 0; b < count; b++) this.#enter(b);
  }

  /** Calls found(building) for each building within PASSED_METRES of a position in metres. */
  near(x, y, found) {
    const cell = this.#cells.get(keyOf(Math.floor(x / SQUARE), Math.floor(y / SQUARE)));
    if (cell === undefined) return;
    const box = this.#box;
    for (let i = 0; i < cell.length; i++) {
      const b = cell[i];
      const inBox =
        x >= box[4 * b] && y >= box[4 * b + 1] && x <= box[4 * b + 2] && y <= box[4 * b + 3];
      if (inBox && this.#isNear(b, x, y)) found(b);
    }
  }

  /** Notes the building in each cell that its bounds touch, with room to each side. */
  #enter(b) {
    const { xy, start } = this.#rings;
    let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let v = start[this.#ringStart[b]]; v < start[this.#ringStart[b + 1]]; v++) {
      left = Math.min(left, xy[2 * v] - PASSED_METRES);
      right = Math.max(right, xy[2 * v] + PASSED_METRES);
      bottom = Math.min(bottom, xy[2 * v + 1] - PASSED_METRES);
      top = Math.max(top, xy[2 * v + 1] + PASSED_METRES);
    }
    this.#box.set([left, bottom, right, top], 4 * b);
    for (let row = Math.floor(bottom / SQUARE); row <= Math.floor(top / SQUARE); row++) {
      for (let column = Math.floor(left / SQUARE); column <= Math.floor(right / SQUARE); column++) {
        const key = keyOf(column, row);
        if (!this.#cells.has(key)) this.#cells.set(key, []);
        this.#cells.get(key).push(b);
      }
    }
  }

  #isNear(b, x, y) {
    const { xy, start } = this.#rings;
    let inside = false;
    for (let ring = this.#ringStart[b]; ring < this.#ringStart[b + 1]; ring++) {
      let before = start[ring + 1] - 1;
      for (let v = start[ring]; v < start[ring + 1]; v++) {
        const [ax, ay] = [xy[2 * before], xy[2 * before + 1]];
        const [bx, by] = [xy[2 * v], xy[2 * v + 1]];
        if (squaredAway(x - ax, y - ay, bx - ax, by - ay) <= PASSED_METRES ** 2) return true;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
        before = v;
      }
    }
    return inside;
  }
}

function keyOf(column, row) {
  return column * 2 ** 24 + row;
}

/** Squared metres from the point (x, y) to the line from the origin to (dx, dy). */
function squaredAway(x, y, dx, dy) {
  const length = dx * dx + dy * dy;
  const share = length > 0 ? Math.min(Math.max((x * dx + y * dy) / length, 0), 1) : 0;
  return (x - share * dx) ** 2 + (y - share * dy) ** 2;
}
