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

/**
 * The length of a vector, rounded as in the C library (C. F. Borges, "An improved algorithm for
 * hypot(a, b)", 2019): where two streets are as near, both matchers choose the same one.
 */
export function hypot(x, y) {
  const long = Math.max(Math.abs(x), Math.abs(y));
  const short = Math.min(Math.abs(x), Math.abs(y));
  const length = Math.sqrt(long * long + short * short);
  if (length === 0.0) return 0.0;
  let more;
  if (length <= 2.0 * short) {
    const rest = length - short;
    more = long * (2.0 * rest - long) + (rest - 2.0 * (long - short)) * rest;
  } else {
    const rest = length - long;
    more = 2.0 * rest * (long - 2.0 * short) + ((4.0 * rest - short) * short + rest * rest);
  }
  return length - more / (2.0 * length);
}
