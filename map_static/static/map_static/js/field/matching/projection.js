/**
 * Metres around one place: transverse Mercator on the WGS 84 ellipsoid, as spatial/projection.py.
 *
 * Krüger's series to the fourth order in the third flattening, in the form of C. F. F. Karney,
 * "Transverse Mercator with an accuracy of a few nanometers", Journal of Geodesy 85 (2011).
 */

const RADIUS = 6_378_137.0; // m, half the long axis
const FLATTENING = 1.0 / 298.257223563;
const N = FLATTENING / (2.0 - FLATTENING);
const ECCENTRICITY = Math.sqrt(FLATTENING * (2.0 - FLATTENING));
const RECTIFYING = (RADIUS / (1.0 + N)) * (1.0 + N ** 2 / 4.0 + N ** 4 / 64.0);
const SERIES = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16 + (41 * N ** 4) / 180,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5 + (557 * N ** 4) / 1440,
  (61 * N ** 3) / 240 - (103 * N ** 4) / 140,
  (49561 * N ** 4) / 161280,
];
const DEGREE = Math.PI / 180.0;

export class LocalProjection {
  #north;

  /** The plane with its origin (0, 0) at lon, lat in degrees. */
  constructor(lon, lat) {
    this.lon = lon;
    this.lat = lat;
    this.#north = 0.0;
    const origin = [0, 0];
    this.forward(lon, lat, origin, 0);
    this.#north = origin[1];
  }

  /** The plane centred in a box [west, south, east, north] in degrees, rounded to 0.001 degrees. */
  static around([west, south, east, north]) {
    const centre = (a, b) => Math.round(((a + b) / 2) * 1000) / 1000;
    return new LocalProjection(centre(west, east), centre(south, north));
  }

  /**
   * Writes x (east) and y (north) in metres of a position in degrees to out[at] and out[at + 1].
   * @param {number} lon
   * @param {number} lat
   * @param {Float64Array | number[]} out
   * @param {number} at
   */
  forward(lon, lat, out, at) {
    const tangent = Math.tan(lat * DEGREE);
    const secant = Math.sqrt(1.0 + tangent * tangent);
    const sigma = Math.sinh(ECCENTRICITY * Math.atanh((ECCENTRICITY * tangent) / secant));
    const conformal = tangent * Math.sqrt(1.0 + sigma * sigma) - sigma * secant;
    const east = (lon - this.lon) * DEGREE;
    const cosine = Math.cos(east);
    const xi = Math.atan2(conformal, cosine);
    const eta = Math.asinh(Math.sin(east) / Math.sqrt(conformal * conformal + cosine * cosine));
    let x = eta;
    let y = xi;
    for (let j = 1; j <= SERIES.length; j++) {
      x += SERIES[j - 1] * Math.cos(2 * j * xi) * Math.sinh(2 * j * eta);
      y += SERIES[j - 1] * Math.sin(2 * j * xi) * Math.cosh(2 * j * eta);
    }
    out[at] = RECTIFYING * x;
    out[at + 1] = RECTIFYING * y - this.#north;
  }
}
