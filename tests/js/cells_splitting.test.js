// Waiting for an automatic split: asked for once, told of each step, and given up when nobody waits.
import assert from "node:assert/strict";
import test from "node:test";

import { splitMade } from "../../map_static/static/map_static/js/cells/splitting.js";

/** A server whose split goes through these states, one with each question. */
function server(...states) {
  const asked = [];
  const answer = (how) => async (path) => {
    asked.push(`${how} ${path}`);
    const [state, progress = 0] = states.length > 1 ? states.shift() : states[0];
    return { state, progress, sentence: "" };
  };
  return { asked, get: answer("GET"), post: answer("POST"), pause: async () => {} };
}

test("a split is asked for once and waited for, its progress told", async () => {
  const by = server(["waiting"], ["running", 40], ["done", 100]);
  const told = [];
  assert.equal(await splitMade(7, { ...by, tell: (one) => told.push(one.progress) > 0 }), true);
  assert.deepEqual(told, [0, 40, 100]);
  assert.deepEqual(by.asked, [
    "POST divisions/7/automatic/",
    "GET divisions/7/automatic/",
    "GET divisions/7/automatic/",
  ]);
});

test("one that is there already costs one question", async () => {
  const by = server(["done", 100]);
  assert.equal(await splitMade(7, { ...by, tell: () => true }), true);
  assert.equal(by.asked.length, 1);
});

test("what was stopped or failed is no split", async () => {
  for (const state of ["cancelled", "failed"]) {
    const by = server(["running", 10], [state]);
    assert.equal(await splitMade(7, { ...by, tell: () => true }), false);
  }
});

test("nobody waits: no more is asked", async () => {
  const by = server(["running", 10]);
  assert.equal(await splitMade(7, { ...by, tell: () => false }), false);
  assert.equal(by.asked.length, 1);
});
