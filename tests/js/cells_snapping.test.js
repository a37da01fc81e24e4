import assert from "node:assert/strict";
import { test } from "node:test";
import { balance, numberOf, ordered, plainNameOf } from "../../map_static/static/map_static/js/cells/balance.js";
import { Snapping } from "../../map_static/static/map_static/js/cells/snapping.js";

// Degrees of a place near the equator, where a degree is as long both ways; in metres.
const M = 1 / 111_320;
const line = (name, ...positions) => ({
  properties: { name },
  geometry: { type: "LineString", coordinates: positions.map(([x, y]) => [x * M, y * M]) },
});
//   100 |          Alley at x = 0, Row at y = 0; both end where they meet
//       | Alley
//     0 +----------- 500
//              Row
const streets = new Snapping([line("Row", [0, 0], [500, 0]), line("Alley", [0, 0], [0, 100])]);
const near = (x, y, within) => {
  const found = streets.nearest([x * M, y * M], within);
  return found && [found.name, ...found.at.map((degree) => Math.round((degree / M) * 10) / 10)];
};

test("a place goes onto the nearest street, at its foot", () => {
  assert.deepEqual(near(250, 6, 10), ["Row", 250, 0]);
  assert.deepEqual(near(-3, 60, 10), ["Alley", 0, 60]);
});

test("a street's own corner wins where it is near", () => {
  assert.deepEqual(near(4, 2, 10).slice(1), [0, 0]);
  assert.deepEqual(near(7, 2, 10), ["Row", 7, 0]);
});

test("too far away, or without streets, nothing holds it", () => {
  assert.equal(near(250, 11, 10), null);
  assert.equal(near(520, 0, 10), null);
  assert.equal(new Snapping([]).nearest([0, 0], 10), null);
});

test("bars: share of the widest, and where the standard lies", () => {
  const cells = [{ key: "a", load: 200 }, { key: "b", load: 400 }, { key: "c", load: 1000 }];
  const { low, high, rows } = balance(cells, [300, 500]);
  assert.deepEqual([low, high], [0.3, 0.5]);
  assert.deepEqual(rows.map(({ share, state }) => [share, state]), [
    [0.2, "below"],
    [0.4, "within"],
    [1, "above"],
  ]);
  // Without a cell above it there is still room beyond the standard, and no division by nothing.
  assert.equal(balance([{ key: "a", load: 0 }], [300, 400]).high, 0.8);
  assert.equal(balance([], [0, 0]).low, 0);
});

test("cells in the order of their numbers or sizes, new ones last", () => {
  const cells = [
    { key: "n10", code: "", load: 5 },
    { key: "n9", code: "", load: 9 },
    { key: "990101001001002", code: "990101001001002", load: 7 },
    { key: "990101001001001", code: "990101001001001", load: 7 },
  ];
  assert.deepEqual(ordered(cells, "code").map(numberOf), ["001", "002", "+9", "+10"]);
  assert.deepEqual(ordered(cells, "load").map(numberOf), ["+9", "001", "002", "+10"]);
  assert.equal(plainNameOf({ code: "990101001001002", name: "002 Lantern East" }), "Lantern East");
  assert.equal(plainNameOf({ code: "", key: "n1", name: "" }), "");
});
