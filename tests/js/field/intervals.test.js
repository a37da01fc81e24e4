import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  lastSeen, lengthCm, overlay, subtract, union,
} from "../../../map_static/static/map_static/js/field/intervals.js";

// Written by Python (tests/vectors/intervals.py), which tests them too.
const vectors = JSON.parse(readFileSync(new URL("../../vectors/intervals.json", import.meta.url)));

test("the same as spatial/intervals, case by case", () => {
  assert.ok(vectors.length > 50);
  vectors.forEach((it, i) => {
    const said = `case ${i}`;
    assert.deepEqual(union(it.a, it.b), it.union, said);
    assert.deepEqual(subtract(it.a, it.b), it.difference, said);
    assert.deepEqual(overlay(it.a, union(it.b)), it.overlay, said);
    assert.deepEqual(lastSeen(it.a.map((stretch, j) => [...stretch, it.time[j]])), it.last_seen, said);
    assert.equal(lengthCm(it.a, it.cm), it.length_cm, said);
  });
});

test("what was given is not changed", () => {
  const a = [[0, 10], [5, 20]];
  const b = [[8, 9]];
  union(a, b).forEach((stretch) => stretch.push("x"));
  subtract(a, b).forEach((stretch) => stretch.push("x"));
  assert.deepEqual([a, b], [[[0, 10], [5, 20]], [[8, 9]]]);
});
