import assert from "node:assert/strict";
import { test } from "node:test";
import { after, heightOf, tapped } from "../../map_static/static/map_static/js/sheet.js";

test("a short drag goes one height, a long one two, a tremble none", () => {
  assert.equal(after("low", -60), "middle");
  assert.equal(after("low", -400), "high");
  assert.equal(after("high", 60), "middle");
  assert.equal(after("middle", 10), "middle");
});

test("there is nothing above high and below low", () => {
  assert.equal(after("high", -60), "high");
  assert.equal(after("low", 400), "low");
});

test("tapping goes round", () => {
  assert.deepEqual(["low", "middle", "high"].map(tapped), ["middle", "high", "low"]);
});

test("each height has its pixels on a screen", () => {
  assert.deepEqual(["low", "middle", "high"].map((height) => heightOf(height, 1000)), [84, 420, 944]);
});
