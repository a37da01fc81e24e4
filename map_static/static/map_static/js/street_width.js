// How wide a street is drawn, on the office's map and the tablet's. Pure.

const WIDTHS = [
  [11, 0.8],
  [12, 1.2],
  [13, 1.7],
  [14, 2.3],
  [15, 3.2],
  [16, 4.6],
  [17, 6.5],
  [18, 9],
  [19, 13],
  [20, 18],
];
const OF_KIND = { main_road: 1.35, street: 1.1, pedestrian: 1, alley: 0.9 };

/** Width in pixels of a street at a zoom. */
export function widthOf(zoom, kind) {
  const at = Math.min(Math.max(zoom, 11), 20);
  const [, width] = WIDTHS.find(([z]) => z >= at);
  return width * (OF_KIND[kind] ?? 0.7);
}
