import assert from "node:assert/strict";
import { test } from "node:test";
import { Darkness, together } from "../../map_static/static/map_static/js/darkness.js";

const area = (more = {}) => ({
  metres: 100,
  lit_metres: 60,
  unlit_metres: 30,
  fault_metres: 10,
  night_covered_metres: 50,
  incidents: 1,
  segments: {},
  list: [],
  ...more,
});
const row = (name, incidents, fault, metres) => ({ name, incidents, fault_metres: fault, metres });

test("figures add up; incidents come first, then faults, then length", () => {
  const found = together([
    area({ list: [row("long", 0, 0, 900), row("fault", 0, 5, 20)] }),
    area({ list: [row("incident", 1, 0, 10), row("short", 0, 0, 8)] }),
  ]);
  assert.equal(found.metres, 200);
  assert.equal(found.fault_metres, 20);
  assert.deepEqual(found.list.map(({ name }) => name), ["incident", "fault", "long", "short"]);
});

//  dm   0        250      500                1000
//       |  dark  |  lit   |  fault, unwalked  |
test("what is dark is told in shares of its segment", () => {
  const dark = new Darkness();
  dark.take("1", area({ segments: { 7: [[0, 250, 0, 0], [500, 1000, 1, 1]] } }));
  assert.deepEqual(dark.stretches(7, 1000), [
    { from: 0, to: 0.25, fault: false, alone: false },
    { from: 0.5, to: 1, fault: true, alone: true },
  ]);
  assert.deepEqual(dark.stretches(8, 1000), []);
});

test("two cells tell a segment together, an area above them tells it once", () => {
  const dark = new Darkness();
  dark.take("11", area({ segments: { 7: [[0, 500, 0, 0]] } }));
  dark.take("12", area({ segments: { 7: [[500, 900, 0, 0]] } }));
  assert.equal(dark.stretches(7, 1000).length, 2);
  dark.take("1", area({ segments: { 7: [[0, 900, 0, 0]] } }));
  assert.equal(dark.stretches(7, 1000).length, 1);
});

test("figures wait for all areas, and for those of the new window; the drawing stays", () => {
  const dark = new Darkness();
  assert.equal(dark.of([]), null);
  dark.take("11", area({ segments: { 7: [[0, 500, 0, 0]] } }));
  assert.equal(dark.of(["11", "12"]), null);
  dark.take("12", null);
  assert.equal(dark.of(["11", "12"]).metres, 100);
  dark.outdate();
  assert.equal(dark.of(["11"]), null);
  assert.equal(dark.stretches(7, 1000).length, 1);
  dark.take("11", area());
  assert.equal(dark.of(["11"]).metres, 100);
});
