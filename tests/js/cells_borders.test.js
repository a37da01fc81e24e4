import assert from "node:assert/strict";
import { test } from "node:test";
import {
  beside,
  Borders,
  boxOf,
  inserting,
  insideOf,
  JUNCTION,
  moving,
  OUTER,
  PLAIN,
  removing,
  ringsOf,
} from "../../map_static/static/map_static/js/cells/borders.js";

//   2 +----+----+      a west, b east of it, c below both:
//     | a  |  b |      their borders meet at (1, 1), and the one
//   1 +----+----+      between a and b has a corner at (1, 1.5)
//     |    c    |
//   0 +---------+
//     0    1    2
const polygon = (...ring) => ({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
const CELLS = [
  { key: "a", geometry: polygon([0, 1], [1, 1], [1, 1.5], [1, 2], [0, 2]) },
  { key: "b", geometry: polygon([1, 1], [2, 1], [2, 2], [1, 2], [1, 1.5]) },
  { key: "c", geometry: polygon([0, 0], [2, 0], [2, 1], [1, 1], [0, 1]) },
];
const borders = new Borders(CELLS);
const corner = (key, at) => borders.corners(key).find((one) => String(one.at) === String(at));

test("a corner is plain, a junction, or lies on the outer border", () => {
  assert.equal(corner("a", [1, 1.5]).kind, PLAIN);
  assert.equal(corner("a", [1, 1]).kind, JUNCTION);
  for (const at of [[0, 1], [1, 2], [0, 2]]) assert.equal(corner("a", at).kind, OUTER);
  assert.deepEqual(corner("a", [1, 1]).others, ["b", "c"]);
  assert.deepEqual(corner("a", [1, 1.5]).others, ["b"]);
});

test("an edge that two cells share can take a new corner, the outer border cannot", () => {
  const edges = borders.corners("a").map(({ at, edge }) => [String(at), edge]);
  assert.deepEqual(edges, [["0,1", true], ["1,1", true], ["1,1.5", true], ["1,2", false], ["0,2", false]]);
});

test("neighbours share an edge; only cells that hang together can become one", () => {
  assert.deepEqual(borders.neighbours("a"), ["b", "c"]);
  assert.ok(borders.together(["a", "b", "c"]));
  const row = new Borders([
    { key: "1", geometry: polygon([0, 0], [1, 0], [1, 1], [0, 1]) },
    { key: "2", geometry: polygon([1, 0], [2, 0], [2, 1], [1, 1]) },
    { key: "3", geometry: polygon([2, 0], [3, 0], [3, 1], [2, 1]) },
  ]);
  assert.ok(!row.together(["1", "3"]));
  assert.ok(row.together(["3", "1", "2"]));
});

test("a plain corner moves its stretch of border, a junction itself", () => {
  assert.deepEqual(moving(corner("a", [1, 1.5]), [1.1, 1.5]), {
    kind: "move",
    path: [[1, 1], [1, 1.5], [1, 2]],
    to: [[1, 1], [1.1, 1.5], [1, 2]],
  });
  assert.deepEqual(moving(corner("b", [1, 1]), [1, 1.1]), { kind: "vertex", at: [1, 1], to: [1, 1.1] });
});

//   4 +-----+-----+     the border between l and r has corners 0.1 apart
//     |  l  .  r  |     around the middle
//   0 +-----+-----+
//     0     1     2
const dots = [1, 1.8, 1.9, 2, 2.1, 2.2, 3].map((y) => [1, y]);
const dense = new Borders([
  { key: "l", geometry: polygon([0, 0], [1, 0], ...dots, [1, 4], [0, 4]) },
  { key: "r", geometry: polygon([1, 0], [2, 0], [2, 4], [1, 4], ...dots.toReversed()) },
]);
const middle = dense.corners("l").find(({ at }) => at[1] === 2);

test("corners that are too near to stay give way, the far ones stay", () => {
  const little = moving(middle, [1.01, 2]);
  assert.deepEqual(little.path, [[1, 1.9], [1, 2], [1, 2.1]]);
  const more = moving(middle, [1.6, 2]);
  assert.deepEqual(more.path, [1, 1.8, 1.9, 2, 2.1, 2.2, 3].map((y) => [1, y]));
  assert.deepEqual(more.to, [[1, 1], [1.6, 2], [1, 3]]);
});

test("however far it goes, the corners at the ends of the border stay", () => {
  const { path } = moving(middle, [90, 2]);
  assert.deepEqual([path[0], path.at(-1)], [[1, 0], [1, 4]]);
});

test("a corner is put in and taken away", () => {
  assert.deepEqual(inserting(corner("a", [1, 1]), [1.2, 1.2]), {
    kind: "move",
    path: [[1, 1], [1, 1.5]],
    to: [[1, 1], [1.2, 1.2], [1, 1.5]],
  });
  assert.deepEqual(removing(corner("a", [1, 1.5])).to, [[1, 1], [1, 2]]);
  assert.deepEqual(beside(corner("a", [0, 1]), -1).at, [0, 2]);
});

test("rings come without the corner that closes them, and the box is around all parts", () => {
  const parts = { type: "MultiPolygon", coordinates: CELLS.map(({ geometry }) => geometry.coordinates) };
  assert.equal(ringsOf(parts).length, 3);
  assert.equal(ringsOf(parts)[0].length, 5);
  assert.deepEqual(boxOf(parts), [0, 0, 2, 2]);
});

test("a cell is written at inside itself, also where it is bent", () => {
  //  3 ++    +---+
  //    ||    |   |     the middle of the box, (3, 1.5), lies in the bay
  //  1 |+----+   |
  //  0 +---------+
  //    0 1   4   6
  const bent = polygon([0, 0], [6, 0], [6, 3], [4, 3], [4, 1], [1, 1], [1, 3], [0, 3]);
  assert.deepEqual(insideOf(bent), [5, 1.5]);
  const square = polygon([0, 0], [2, 0], [2, 2], [0, 2]);
  assert.deepEqual(insideOf(square), [1, 1]);
});
