// Where incidents are dense: counts of places, never of people. Pure; runs in Node's tests too.

/** How far from its place an incident counts, in metres. */
export const KERNEL = 150;
/** A place with fewer is never drawn as the densest: two incidents are no centre. */
const LEAST = 5;
const METRES_PER_DEGREE = 111_320;
const EQUATOR = 156_543.03392;

/** Pixels of so many metres at a latitude and a zoom. */
export const pixelsOf = (metres, lat, zoom) =>
  (metres * 2 ** zoom) / (EQUATOR * Math.cos((lat * Math.PI) / 180));

/**
 * The most incidents in any square as wide as the kernel, at least 5: what the darkest colour means.
 * @param {[number, number][]} places longitude and latitude in degrees
 */
export function densest(places) {
  const counts = new Map();
  for (const [lon, lat] of places) {
    const across = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    const key = `${Math.floor((lon * across) / KERNEL)} ${Math.floor((lat * METRES_PER_DEGREE) / KERNEL)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(LEAST, ...counts.values());
}
