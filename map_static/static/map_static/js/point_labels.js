// Which points have their name written beside them, so that no name lies on another. Pure; runs in
// Node's tests too.

/** From this zoom on there is room for names. */
export const NAMED_FROM = 19;
const WORLD = 256;
const GAP = 9;
const LETTER = 7;
const HALF = 8;

/** Pixels of the world at a zoom, as the map projects them. */
function pixels([lon, lat], zoom) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const size = WORLD * 2 ** zoom;
  return {
    x: size * (lon / 360 + 0.5),
    y: size * (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)),
  };
}

const meet = (a, b) => a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY;

/**
 * The names that find room, by the index of their feature: the earlier ones win.
 * @param {object[]} features GeoJSON points
 * @param {{zoom: number, name: (feature: object) => string, taken?: (box: object) => boolean}} of
 *   `taken` tells whether something else is written in a box of pixels {minX, minY, maxX, maxY}
 */
export function names(features, { zoom, name, taken = () => false }) {
  const found = new Map();
  const boxes = new Map();
  features.forEach((feature, nth) => {
    const words = name(feature);
    if (!words) return;
    const { x, y } = pixels(feature.geometry.coordinates, zoom);
    const box = { minX: x + GAP, minY: y - HALF, maxX: x + GAP + LETTER * words.length, maxY: y + HALF };
    // Names are shorter than a square of this side: only neighbours can meet.
    const [column, row] = [Math.floor(x / WORLD), Math.floor(y / WORLD)];
    const near = [-1, 0, 1].flatMap((dx) =>
      [-1, 0, 1].flatMap((dy) => boxes.get(`${column + dx} ${row + dy}`) ?? []),
    );
    if (near.some((other) => meet(box, other)) || taken(box)) return;
    const key = `${column} ${row}`;
    boxes.set(key, [...(boxes.get(key) ?? []), box]);
    found.set(nth, words);
  });
  return found;
}
