import assert from "node:assert/strict";
import { test } from "node:test";
import { overdueShares } from "../../map_static/static/map_static/js/closing.js";
import {
  dayBefore,
  joined,
  nearest,
  plotted,
  topOf,
} from "../../map_static/static/map_static/js/series.js";

test("the upper edge is round and holds the largest share", () => {
  assert.equal(topOf([0, 0.07, 0.03]), 0.1);
  assert.equal(topOf([1, 0.5]), 1);
  assert.equal(topOf([]), 0.02);
  for (let share = 0; share <= 1; share += 0.01) assert.ok(topOf([share]) >= share);
});

//   50 % ┐          ┌─ the last day at the right edge
//        └──────────┘
//   0 %  the first day at the left edge
test("a chart runs from edge to edge, no share below it", () => {
  assert.deepEqual(plotted([0, 0.25, 0.5], { width: 100, height: 40 }), [
    { x: 0, y: 40 },
    { x: 50, y: 20 },
    { x: 100, y: 0 },
  ]);
  assert.deepEqual(plotted([0.5], { width: 100, height: 40 }), [{ x: 100, y: 0 }]);
});

test("the nearest day stays inside the chart", () => {
  assert.deepEqual([-1, 0, 0.49, 0.51, 1, 7].map((across) => nearest(across, 3)), [0, 0, 1, 1, 2, 2]);
  assert.equal(nearest(0.5, 1), 0);
});

test("days before a day cross months, years and leap days", () => {
  assert.equal(dayBefore("2026-03-01", 1), "2026-02-28");
  assert.equal(dayBefore("2024-03-01", 1), "2024-02-29");
  assert.equal(dayBefore("2026-01-01", 366), "2024-12-31");
});

test("several areas are one chart, each metre with its weight", () => {
  const answer = (metres, covered) => ({ to: "2026-11-22", days: 7, metres, covered_metres: covered });
  const sum = joined([answer(100, [0, 100]), answer(300, [100, 300])]);
  assert.deepEqual(sum, { to: "2026-11-22", days: 7, shares: [0.25, 1] });
  assert.deepEqual(joined([answer(0, [0, 0])]).shares, [0, 0]);
});

const cell = (code, metres, overdue) => ({ code, metres, overdue_metres: overdue });
const cells = [
  cell("990101001001001", 1000, 600),
  cell("990101001001002", 3000, 600),
  cell("990101001002001", 500, 500),
];

test("a walk's before and after are of its areas only", () => {
  assert.deepEqual(overdueShares(cells, ["990101001001001"], 400), { before: 0.6, after: 0.2 });
  assert.deepEqual(overdueShares(cells, ["990101001001"], 400), { before: 0.3, after: 0.2 });
  assert.deepEqual(overdueShares(cells, ["990101001001001"], 700), { before: 0.6, after: 0 });
});

test("where one area's figures are not at hand, nothing is said", () => {
  assert.equal(overdueShares(cells, ["990101001001001", "990101009"], 400), null);
  assert.equal(overdueShares([], ["990101001001"], 400), null);
  assert.equal(overdueShares([cell("990101001001009", 0, 0)], ["990101001001009"], 0), null);
});
