// A file of the reader's own, as positions that can be drawn. Nothing of it is ever taken for HTML,
// and nothing is sent anywhere. Runs in Node's tests too, where they bring a DOMParser.

export const MOST_BYTES = 10 * 2 ** 20;
export const MOST_CORNERS = 100_000;
const NAME = 80;
const DEEPEST = 8;
const KINDS = { geojson: "geojson", json: "geojson", gpx: "gpx", kml: "kml" };
const DEPTH = { Point: 0, MultiPoint: 1, LineString: 1, MultiLineString: 2, Polygon: 2, MultiPolygon: 3 };

/** Why a file is not shown: `reason` is a key of words under "files.". */
export class BadFile extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** "geojson", "gpx" or "kml" by the file's name; throws BadFile. */
export function kindOf(name) {
  const [, ending] = /\.([a-z]+)$/.exec(name.toLowerCase()) ?? [];
  if (!Object.hasOwn(KINDS, ending ?? "")) throw new BadFile("kind");
  return KINDS[ending];
}

/**
 * The features of a file's text: {features, counts: {points, lines, areas}, bounds}.
 * Features are GeoJSON with a checked geometry (EPSG:4326) and no other property than `name`;
 * bounds are [west, south, east, north] in degrees. Throws BadFile.
 * @param {string} text
 * @param {"geojson" | "gpx" | "kml"} kind
 */
export async function read(text, kind) {
  const given = kind === "geojson" ? parsed(text) : await converted(text, kind);
  const seen = { corners: 0, points: 0, lines: 0, areas: 0, bounds: [180, 90, -180, -90] };
  const features = [];
  for (const feature of laidFlat(given)) {
    const geometry = checked(feature.geometry, seen);
    const { name, title } = feature.properties ?? {};
    const said = [name, title].find((word) => typeof word === "string") ?? "";
    features.push({ type: "Feature", properties: { name: said.slice(0, NAME) }, geometry });
  }
  if (!features.length) throw new BadFile("empty");
  const { points, lines, areas, bounds } = seen;
  return { features, counts: { points, lines, areas }, bounds };
}

function parsed(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw new BadFile("unreadable");
  }
}

async function converted(text, kind) {
  // Entities of a file's own can grow without end.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new BadFile("no_entities");
  const tree = new DOMParser().parseFromString(text, "text/xml");
  if (tree.getElementsByTagName("parsererror").length) throw new BadFile("unreadable");
  if (tree.documentElement?.localName !== kind) throw new BadFile("unreadable");
  const formats = await import("@tmcw/togeojson");
  return formats[kind](tree);
}

/** Single features with one plain geometry each, out of whatever GeoJSON it is. */
function* laidFlat(of, depth = 0) {
  if (of === null || typeof of !== "object" || depth > DEEPEST) throw new BadFile("unreadable");
  if (otherThanDegrees(of.crs)) throw new BadFile("not_wgs84");
  if (of.type === "FeatureCollection") {
    if (!Array.isArray(of.features)) throw new BadFile("unreadable");
    for (const each of of.features) yield* laidFlat(each, depth + 1);
  } else if (of.type === "Feature") {
    // A feature without a place is allowed, and cannot be drawn.
    if (of.geometry) {
      for (const { geometry } of laidFlat(of.geometry, depth + 1)) yield { ...of, geometry };
    }
  } else if (of.type === "GeometryCollection") {
    if (!Array.isArray(of.geometries)) throw new BadFile("unreadable");
    for (const each of of.geometries) yield* laidFlat(each, depth + 1);
  } else if (Object.hasOwn(DEPTH, of.type)) yield { geometry: of, properties: {} };
  else throw new BadFile("unreadable");
}

/** Older GeoJSON may name another reference system than longitude and latitude. */
function otherThanDegrees(crs) {
  const name = crs?.properties?.name;
  return typeof name === "string" && !/CRS84|EPSG:{1,2}(\d+:)?4326$/i.test(name);
}

function checked({ type, coordinates }, seen) {
  const clean = positions(coordinates, DEPTH[type], seen);
  const kind = /Point/.test(type) ? "points" : /Line/.test(type) ? "lines" : "areas";
  seen[kind] += type.startsWith("Multi") ? clean.length : 1;
  return { type, coordinates: clean };
}

function positions(of, depth, seen) {
  if (!Array.isArray(of)) throw new BadFile("unreadable");
  if (depth > 0) return of.map((each) => positions(each, depth - 1, seen));
  const [lon, lat] = of;
  if (!Number.isFinite(lon) || !Number.isFinite(lat)) throw new BadFile("unreadable");
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) throw new BadFile("not_wgs84");
  seen.corners += 1;
  if (seen.corners > MOST_CORNERS) throw new BadFile("too_dense");
  const [west, south, east, north] = seen.bounds;
  seen.bounds = [Math.min(west, lon), Math.min(south, lat), Math.max(east, lon), Math.max(north, lat)];
  return [lon, lat];
}
