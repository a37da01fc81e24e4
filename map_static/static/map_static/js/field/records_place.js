// Distances between places of records. Pure; positions are WGS 84 longitude, latitude in degrees.

const METRES_PER_DEGREE = 111_195;
const RADIANS = Math.PI / 180;

/** Metres between two {lon, lat}, right to a percent within a district. */
export function metresBetween(a, b) {
  const north = (b.lat - a.lat) * METRES_PER_DEGREE;
  const east = (b.lon - a.lon) * METRES_PER_DEGREE * Math.cos(((a.lat + b.lat) / 2) * RADIANS);
  return Math.hypot(north, east);
}

/**
 * Places by nearness to a position, each as {of, metres}; those without a place come last.
 * Without a position their order stays, and metres are null.
 */
export function byNearness(places, position) {
  const measured = [...places].map((of) => ({
    of,
    metres: position && of.lon != null ? metresBetween(position, of) : null,
  }));
  if (!position) return measured;
  return measured.sort((a, b) => (a.metres ?? Infinity) - (b.metres ?? Infinity));
}

/** The places within so many metres of a position, nearest first, as {of, metres}. */
export const within = (places, position, metres) =>
  position ? byNearness(places, position).filter((one) => one.metres !== null && one.metres <= metres) : [];

/** A coordinate as it is sent: to about a centimetre. */
export const rounded = (degrees) => Math.round(degrees * 1e7) / 1e7;
