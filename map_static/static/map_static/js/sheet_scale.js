// A sheet of paper at a true scale: how many millimetres of it a metre of ground takes, and which
// part of the map it shows. Pure; runs in Node's tests too.
//
// Web Mercator stretches the ellipsoid by other factors to the east than to the north (up to 0.7 %
// at 30°): each axis gets its own, after J. P. Snyder, "Map Projections", USGS 1395 (1987), 4-20
// and 4-18.

/** Dots in a millimetre: 254 to an inch. */
export const DOTS = 10;
export const PAPERS = { A4: [210, 297], A3: [297, 420] };
export const SCALES = [500, 1000, 2000, 2500, 5000, 10_000, 25_000];
const MARGIN = 10;
const HEAD = 12;
const FOOT = 14;
const RADIUS = 6_378_137;
const SQUARED_ECCENTRICITY = 0.00669437999014;
/** Pixels of the screen in a millimetre of paper: what is drawn is as large as on the screen. */
const SCREEN = 96 / 25.4;
const ZOOMS = [9, 20];

/** The page and the map on it, in millimetres from the upper left: {width, height, map: {x, y, width, height}}. */
export function sheetOf(paper, landscape) {
  const [short, long] = PAPERS[paper];
  const [width, height] = landscape ? [long, short] : [short, long];
  const map = { x: MARGIN, y: MARGIN + HEAD, width: width - 2 * MARGIN, height: height - 2 * MARGIN - HEAD - FOOT };
  return { width, height, map };
}

/** Metres of ground in a pixel of Web Mercator at a latitude and zoom: {east, north}. */
export function metresOfPixel(lat, zoom) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const cosine = Math.cos((lat * Math.PI) / 180);
  const curved = 1 - SQUARED_ECCENTRICITY * sine * sine;
  const pixel = (2 * Math.PI * RADIUS) / (256 * 2 ** zoom);
  return {
    east: (pixel * cosine) / Math.sqrt(curved),
    north: (pixel * cosine * (1 - SQUARED_ECCENTRICITY)) / curved ** 1.5,
  };
}

/** The whole zoom whose symbols come out most like those on the screen at 1:`scale`. */
export function zoomFor(lat, scale) {
  const wanted = scale / 1000 / SCREEN;
  const zoom = Math.round(Math.log2(metresOfPixel(lat, 0).east / wanted));
  return Math.min(Math.max(zoom, ZOOMS[0]), ZOOMS[1]);
}

/** Millimetres of paper that a pixel at this zoom takes: {east, north}. */
export function millimetresOfPixel(lat, zoom, scale) {
  const { east, north } = metresOfPixel(lat, zoom);
  return { east: (east * 1000) / scale, north: (north * 1000) / scale };
}

/** How large the map on the sheet is in pixels at a zoom, which need not be whole. */
export function pixelsOfSheet({ map }, { lat, zoom, scale }) {
  const of = millimetresOfPixel(lat, zoom, scale);
  return { width: map.width / of.east, height: map.height / of.north };
}

/** A round length for the scale bar, in metres, about 40 mm long. */
export function barMetres(scale) {
  const most = (50 * scale) / 1000;
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((of) => of * power).find((of) => of <= most);
}
