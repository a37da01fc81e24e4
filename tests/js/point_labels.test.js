import assert from "node:assert/strict";
import { test } from "node:test";
import { names } from "../../map_static/static/map_static/js/point_labels.js";

const lamp = (lon, number) => ({ properties: { number }, geometry: { coordinates: [lon, 60.17] } });
const name = ({ properties }) => properties.number;
// A pixel at zoom 20 is 360° / (256 · 2^20).
const PIXEL = 360 / (256 * 2 ** 20);

test("a name that would lie on an earlier one stays away, one that has room does not", () => {
  const lamps = [lamp(24.9, "L-1"), lamp(24.9 + 12 * PIXEL, "L-2"), lamp(24.9 + 40 * PIXEL, "L-3")];
  assert.deepEqual([...names(lamps, { zoom: 20, name })], [[0, "L-1"], [2, "L-3"]]);
});

test("names on either side of a square's border see each other", () => {
  const border = Math.ceil(24.9 / (256 * PIXEL)) * 256 * PIXEL;
  const lamps = [lamp(border - 4 * PIXEL, "L-1"), lamp(border + 4 * PIXEL, "L-2")];
  assert.equal(names(lamps, { zoom: 20, name }).size, 1);
});

test("nothing is written over what stands there, nor where there is no name", () => {
  assert.equal(names([lamp(24.9, "L-1")], { zoom: 20, name, taken: () => true }).size, 0);
  assert.equal(names([lamp(24.9, ""), lamp(25, null)], { zoom: 20, name }).size, 0);
});
