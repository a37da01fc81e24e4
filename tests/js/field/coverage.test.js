import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, dayNumber } from "../../../map_static/static/map_static/js/field/coverage.js";
import { Ground } from "../../../map_static/static/map_static/js/field/packages.js";
import { A, B, packed } from "./ground.js";

const TODAY = 20_000;
const fresh = (cell, segments) => ({ cell, version: "1", as_of: 0, segments });
const over = (...answers) => new Coverage(new Ground([A(), B()]), answers, { today: TODAY });
const spans = (coverage, id) => coverage.stretches(id).map(({ from, to, age, overdue, walked }) => [from, to, age, overdue, walked]);

test("days are local ones", () => {
  const midnight = Date.UTC(2026, 10, 21, 16); // in Shanghai
  assert.equal(dayNumber(midnight, "Asia/Shanghai") - dayNumber(midnight - 1, "Asia/Shanghai"), 1);
  assert.equal(dayNumber(midnight, "Asia/Shanghai"), Date.UTC(2026, 10, 22) / 86_400_000);
  assert.equal(dayNumber(0, "UTC"), 0);
});

test("nothing walked: everything is overdue", () => {
  const totals = over().totals();
  assert.deepEqual(totals, { metres: 380, overdue: 380, overdueBefore: 380, walked: 0, newMetres: 0 });
});

// Segment 2, cadence 7 days in cell A (to 500 dm), 3 days in cell B:
//
//   0        300        500        700       1000 dm
//   | 7 days  |  8 days  |  3 days  |  4 days  |
//   | fresh   | overdue  |  fresh   | overdue  |
test("a metre is overdue from the day after its cadence, each cell by its own", () => {
  const coverage = over(
    fresh("001", { 2: [[0, 300, TODAY - 7], [300, 500, TODAY - 8]] }),
    fresh("002", { 2: [[500, 700, TODAY - 3], [700, 1000, TODAY - 4]] }),
  );
  assert.deepEqual(spans(coverage, 2), [
    [0, 300, 7, false, false],
    [300, 500, 8, true, false],
    [500, 700, 3, false, false],
    [700, 1000, 4, true, false],
  ]);
  assert.equal(coverage.totals().overdue, 380 - 50);
  assert.deepEqual(coverage.openOf(2), [[300, 500], [700, 1000]]);
});

test("new metres are those that were overdue, walked metres are each counted once", () => {
  const coverage = over(fresh("001", { 1: [[0, 600, TODAY]] }));
  const changed = coverage.walk([[1, 0, 800], [1, 400, 900], [4, 0, 100]]);
  assert.deepEqual([...changed].sort(), [1, 4]);
  const { walked, newMetres, overdue, overdueBefore } = coverage.totals();
  assert.equal(walked, 90 + 10);
  assert.equal(newMetres, 30 + 10);
  assert.equal(overdueBefore - overdue, newMetres);
  assert.deepEqual(spans(coverage, 1), [[0, 900, 0, false, true], [900, 1000, null, true, false]]);
});

test("a walk that the matcher corrects is taken back, and only what changed is told", () => {
  const coverage = over();
  coverage.walk([[1, 0, 500], [2, 0, 100]]);
  assert.deepEqual([...coverage.walk([[1, 0, 500], [4, 0, 100]])].sort(), [2, 4]);
  assert.deepEqual([...coverage.walk([[1, 0, 500], [4, 0, 100]])], []);
  assert.equal(coverage.totals().walked, 60);
  coverage.walk([]);
  assert.deepEqual(coverage.totals(), over().totals());
});

test("streets outside own cells are walked, but nothing is known or new there", () => {
  const coverage = new Coverage(new Ground([A()]), [], { today: TODAY });
  coverage.walk([[2, 400, 900], [77, 0, 100]]);
  const { walked, newMetres } = coverage.totals();
  assert.equal(walked, 50 + 10);
  assert.equal(newMetres, 10);
  assert.deepEqual(coverage.stretches(2).map(({ from, own, overdue }) => [from, own, overdue]), [
    [0, true, true],
    [400, true, false],
    [500, false, false],
    [900, false, false],
  ]);
  assert.deepEqual(coverage.stretches(77), []);
});

test("streets still open, most metres first", () => {
  const coverage = over();
  coverage.walk([[1, 0, 1000], [2, 0, 1000], [3, 0, 700]]);
  assert.deepEqual(coverage.open().map(({ street, metres, segments }) => [street, metres, segments]), [
    ["Back Lane", 80, [4]],
    ["Long Street", 30, [3]],
  ]);
});

test("whatever the order of the news, the sums are those of the walk at once", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 48_271) % 2_147_483_647) % n;
  const walk = Array.from({ length: 60 }, () => {
    const start = random(900);
    return [[1, 2, 3, 4][random(4)], start, start + 1 + random(100)];
  });
  const live = over();
  for (let i = 0; i < walk.length; i += 1) {
    // The last one is corrected once more each time.
    live.walk([...walk.slice(0, i), [walk[i][0], 0, 1000]]);
    live.walk(walk.slice(0, i + 1));
  }
  const once = over();
  once.walk(walk);
  assert.deepEqual(live.totals(), once.totals());
  for (const id of [1, 2, 3, 4]) assert.deepEqual(spans(live, id), spans(once, id));
});

test("5,000 segments: a second of a long walk works out the segment it was on, and no other", () => {
  const count = 5_000;
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const base = A();
  const many = {
    ...base,
    segments: {
      id: ids, street: ids.map(() => 0), kind: ids.map(() => 0), duty: ids.map(() => 1),
      cm: ids.map(() => 10_000), from: ids.map((i) => i), to: ids.map((i) => i + 1),
      cadence: ids.map(() => 7), own: ids.map((_, i) => [i, 0, 1000]),
      lines: ids.map((i) => packed([[i * 100, 0], [i * 100 + 100, 0]])),
    },
    links: [],
  };
  const coverage = new Coverage(new Ground([many]), [], { today: TODAY });
  const walk = [];
  for (let second = 0; second < 4_000; second += 1) {
    walk.push([1 + (second % count), 0, 500 + (second % 500)]);
    assert.deepEqual([...coverage.walk(walk)], [1 + (second % count)]);
  }
  assert.equal(coverage.totals().walked, walk.reduce((sum, [, , end]) => sum + end, 0) / 10);
});
