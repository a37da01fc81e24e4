import assert from "node:assert/strict";
import { test } from "node:test";
import { CareCounts, stepOf } from "../../map_static/static/map_static/js/care.js";

const shown = (low, high = low) => ({ low, high, shown: low === high ? `${low}` : `${low}–${high}` });
const row = (code, plans, due) => ({ code, plans, due });

test("a count that is not told has the step of none, a range that of its lower end", () => {
  assert.equal(stepOf(shown(0, 4)), 0);
  assert.equal(stepOf(shown(0, 8)), 1);
  assert.equal(stepOf(shown(5)), 1);
  assert.equal(stepOf(shown(9, 13)), 1);
  assert.equal(stepOf(shown(10)), 2);
  assert.equal(stepOf(shown(19, 23)), 2);
  assert.equal(stepOf(shown(20)), 3);
});

test("cells are found in the answers about areas above them", () => {
  const care = new CareCounts();
  assert.equal(care.week("1"), undefined);
  care.take("1", { week: "2026-11-16", counts: [row("1", shown(9), shown(0, 4)), row("11", shown(6), shown(0, 4))] });
  care.take("2", null);
  assert.equal(care.of("11").plans.shown, "6");
  assert.equal(care.of("12"), null);
  assert.equal(care.week("1"), "2026-11-16");
  assert.equal(care.week("2"), null);
  care.clear();
  assert.equal(care.of("11"), null);
  assert.equal(care.week("1"), undefined);
});

test("before anything was published there is no week", () => {
  const care = new CareCounts();
  care.take("1", { week: null, counts: [] });
  assert.equal(care.week("1"), null);
});
