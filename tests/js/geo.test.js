import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apart,
  arrows,
  beside,
  inside,
  lengthOf,
  middle,
  padded,
  slice,
  touch,
} from "../../map_static/static/map_static/js/geo.js";

//   (0,0) ──10── (10,0)
//                  │ 10
//                (10,10)
const corner = [
  { x: 0, y: 0 },
  { x: 10, y: 0 },
  { x: 10, y: 10 },
];

test("a line is as long as its parts", () => {
  assert.equal(lengthOf(corner), 20);
  assert.equal(lengthOf([{ x: 3, y: 3 }]), 0);
});

test("a slice ends between vertices and keeps those in between", () => {
  assert.deepEqual(slice(corner, 0.25, 0.75), [
    { x: 5, y: 0 },
    { x: 10, y: 0 },
    { x: 10, y: 5 },
  ]);
});

test("a slice inside one part has two points", () => {
  assert.deepEqual(slice(corner, 0.1, 0.2), [
    { x: 2, y: 0 },
    { x: 4, y: 0 },
  ]);
});

test("the whole line is itself; nothing is nothing", () => {
  assert.equal(slice(corner, 0, 1), corner);
  assert.deepEqual(slice(corner, 0.5, 0.5), []);
  assert.deepEqual(slice(corner, 0.7, 0.2), []);
  assert.deepEqual(slice([{ x: 1, y: 1 }], 0, 0.5), []);
  assert.deepEqual(slice([{ x: 1, y: 1 }, { x: 1, y: 1 }], 0, 0.5), []);
});

test("slices that meet make up the whole length", () => {
  const cuts = [0, 0.13, 0.5, 0.77, 1];
  const sum = cuts
    .slice(1)
    .reduce((total, cut, i) => total + lengthOf(slice(corner, cuts[i], cut)), 0);
  assert.ok(Math.abs(sum - 20) < 1e-9);
});

test("repeated vertices do not disturb a slice", () => {
  const doubled = [corner[0], corner[0], corner[1], corner[1], corner[2]];
  assert.equal(lengthOf(slice(doubled, 0.25, 0.75)), 10);
});

test("the middle lies half way along, not half way between the ends", () => {
  assert.deepEqual(middle(corner), { x: 10, y: 0 });
});

test("boxes touch at an edge and not beyond it", () => {
  assert.equal(touch([0, 0, 1, 1], [1, 1, 2, 2]), true);
  assert.equal(touch([0, 0, 1, 1], [1.01, 0, 2, 1]), false);
});

test("a padded box holds the box", () => {
  const box = [24, 60, 25, 61];
  assert.deepEqual(padded(box, 0.5), [23.5, 59.5, 25.5, 61.5]);
  assert.equal(inside(box, padded(box, 0.5)), true);
  assert.equal(inside(padded(box, 0.5), box), false);
});

test("beside a line lies its right-hand side, corners mitred", () => {
  //   ─────┐          The screen's y points down: right of east is below.
  //   ───┐ │
  //      │ │
  assert.deepEqual(beside(corner, 2), [
    { x: 0, y: 2 },
    { x: 8, y: 2 },
    { x: 8, y: 10 },
  ]);
});

test("the way there and the way back lie side by side", () => {
  const there = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 0, y: 0 }];
  assert.deepEqual(
    beside(there, 3).map(({ y }) => y),
    [3, 3, -3, -3],
  );
});

test("a sharp corner does not fly away, and a repeated point is one", () => {
  const sharp = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 0 }, { x: 0, y: 1 }];
  for (const { x, y } of beside(sharp, 3)) assert.ok(Math.hypot(x - 5, y) < 15, `${x} ${y}`);
  assert.deepEqual(beside([{ x: 1, y: 1 }, { x: 1, y: 1 }], 3), [{ x: 1, y: 1 }]);
});

test("arrow heads stand at even distances and point along the line", () => {
  const found = arrows(corner, { every: 8, size: 2 });
  assert.deepEqual(
    found.map(([, tip]) => tip),
    [{ x: 4, y: 0 }, { x: 10, y: 2 }, { x: 10, y: 10 }],
  );
  assert.deepEqual(found[0], [{ x: 2, y: 2 }, { x: 4, y: 0 }, { x: 2, y: -2 }]);
  assert.deepEqual(arrows([{ x: 0, y: 0 }], { every: 8, size: 2 }), []);
});

test("of marks too close together the earlier one stays", () => {
  const row = [0, 5, 12, 20, 25].map((x) => ({ x, y: 0 }));
  assert.deepEqual(apart(row, 10), [0, 2, 4]);
  assert.deepEqual(apart([], 10), []);
});
