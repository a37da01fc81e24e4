/** Typed arrays that grow: what is worked out for a walk is kept without an object for each fix. */

/**
 * The array itself, or a longer copy of it, with room for `count` numbers.
 * @template {Float64Array | Float32Array | Int32Array | Int16Array | Uint8Array} T
 * @param {T} array
 * @param {number} count
 * @returns {T}
 */
export function room(array, count) {
  if (count <= array.length) return array;
  const longer = new array.constructor(Math.max(count, 2 * array.length));
  longer.set(array);
  return longer;
}

/** The nearest whole number, of two the even one: as numpy rounds. */
export function rint(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Math.hypot guards against an overflow that no position on earth can cause, and is slow. */
export function hypot(x, y) {
  return Math.sqrt(x * x + y * y);
}
