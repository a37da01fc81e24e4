// Distances and areas of positions in degrees, in metres of a plane around them. Pure; runs in
// Node's tests too.
import { LocalProjection } from "./field/matching/projection.js";

/** The positions [lon, lat] in the plane that the server would use, as [x, y] in metres. */
function onPlane(positions) {
  const [xs, ys] = [0, 1].map((axis) => positions.map((position) => position[axis]));
  const plane = LocalProjection.around([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
  return positions.map(([lon, lat]) => {
    const at = [0, 0];
    plane.forward(lon, lat, at, 0);
    return at;
  });
}

/** Metres along a line of positions [lon, lat]. */
export function distance(positions) {
  if (positions.length < 2) return 0;
  const flat = onPlane(positions);
  return flat.slice(1).reduce((sum, [x, y], nth) => sum + Math.hypot(x - flat[nth][0], y - flat[nth][1]), 0);
}

/** Square metres inside a ring of positions [lon, lat], closed or not; 0 below three. */
export function area(positions) {
  if (positions.length < 3) return 0;
  const flat = onPlane(positions);
  const twice = flat.reduce((sum, [x, y], nth) => {
    const [nextX, nextY] = flat[(nth + 1) % flat.length];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}
