// A small drawn ground for tests. Metres east and north of a corner; a street runs along y = 0 from
// x = 0 to 300 in three segments, an alley from (100, 0) to (100, 80):
//
//   80            +
//                 | 4 (Back Lane, alley)
//    0  +----1----+----2----+----3----+      Long Street
//       0        100       200       300
//       |  cell A (to x = 150) | cell B
const CORNER = [24.94, 60.17];
const EAST = 55_505; // metres of a degree of longitude there
const NORTH = 111_413;

/** Degrees of metres, rounded as packages are. */
export const at = (x, y) => [
  Math.round((CORNER[0] + x / EAST) * 1e7) / 1e7,
  Math.round((CORNER[1] + y / NORTH) * 1e7) / 1e7,
];

/** A line of [x, y] in metres, packed as the server packs it. */
export function packed(points) {
  const whole = points.map(([x, y]) => at(x, y).map((degrees) => Math.round(degrees * 1e7)));
  return whole.flatMap((p, i) => (i ? [p[0] - whole[i - 1][0], p[1] - whole[i - 1][1]] : p));
}

const SEGMENTS = {
  1: { street: 0, ends: [10, 11], line: [[0, 0], [100, 0]] },
  2: { street: 0, ends: [11, 12], line: [[100, 0], [200, 0]] },
  3: { street: 0, ends: [12, 13], line: [[200, 0], [300, 0]] },
  4: { street: 1, ends: [11, 14], line: [[100, 0], [100, 80]] },
  5: { street: -1, duty: 0, ends: [90, 91], line: [[0, -5], [100, -5]] }, // a sidewalk of 1
};

const outline = (west, east) => ({
  type: "Polygon",
  coordinates: [[at(west, -50), at(east, -50), at(east, 100), at(west, 100), at(west, -50)]],
});

/** A package of these segments: own is {segment: [[start_dm, end_dm], …]}. */
function made(code, [west, east], ids, own, more = {}) {
  const index = new Map(ids.map((id, i) => [id, i]));
  const column = (of) => ids.map((id) => of(SEGMENTS[id], id));
  const long = (line) => Math.hypot(line[1][0] - line[0][0], line[1][1] - line[0][1]);
  return {
    format: 1,
    version: `v-${code}`,
    cell: { code, name: `Cell ${code}`, outline: outline(west, east) },
    neighbours: [],
    streets: [["Long Street", "长街", ""], ["Back Lane", "", ""]],
    kinds: ["street", "alley"],
    segments: {
      id: ids,
      street: column((s) => s.street),
      kind: column((_s, id) => (id === 4 ? 1 : 0)),
      duty: column((s) => s.duty ?? 1),
      cm: column((s) => long(s.line) * 100),
      from: column((s) => s.ends[0]),
      to: column((s) => s.ends[1]),
      cadence: column(() => more.cadence ?? 7),
      own: Object.entries(own).flatMap(([id, parts]) => parts.map((part) => [index.get(+id), ...part])),
      lines: column((s) => packed(s.line)),
    },
    links: ids.includes(5) ? [[5, 0, 1000, 1, 0, 1000]] : [],
    buildings: { id: [], address: [], own: [], rings: [], ...more.buildings },
    lamps: { id: [], number: [], lon: [], lat: [], ...more.lamps },
    service_points: { id: [], name: [], kind: [], lon: [], lat: [] },
  };
}

const [lon, lat] = at(40, 4);
/** A square yard inside a square house. */
const HOUSE = [
  packed([[20, 20], [60, 20], [60, 60], [20, 60]]),
  packed([[30, 30], [50, 30], [50, 50], [30, 50]]),
];

export const A = () =>
  made("001", [0, 150], [1, 2, 4, 5], { 1: [[0, 1000]], 2: [[0, 500]], 4: [[0, 800]] }, {
    buildings: { id: [7], address: ["Long Street 1"], own: [1], rings: [HOUSE] },
    lamps: { id: [3], number: ["L-3"], lon: [lon], lat: [lat] },
  });
export const B = () =>
  made("002", [150, 300], [1, 2, 3], { 2: [[500, 1000]], 3: [[0, 1000]] }, {
    cadence: 3,
    buildings: { id: [7], address: ["Long Street 1"], own: [0], rings: [HOUSE] },
  });
