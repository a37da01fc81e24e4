import assert from "node:assert/strict";
import { test } from "node:test";
import {
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
