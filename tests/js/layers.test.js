import assert from "node:assert/strict";
import { test } from "node:test";
import { CellShares, classes, stepOf } from "../../map_static/static/map_static/js/cell_shares.js";
import { densest, KERNEL, pixelsOf } from "../../map_static/static/map_static/js/heat_kernel.js";
import { read, USUAL, write } from "../../map_static/static/map_static/js/state.js";
import { opacityOf, switched, withOpacity } from "../../map_static/static/map_static/js/state_layers.js";

const BREAKS = [0.2, 0.4, 0.6, 0.8];

test("how opaque layers are and which cases are shown stay in the address", () => {
  const state = { ...USUAL, opacity: { streets: 0.6, cells: 0.3 }, states: ["waiting", "done"] };
  assert.equal(write(state), "#&opacity=cells-30.streets-60&states=waiting.done");
  assert.deepEqual(read(write(state)), state);
});

test("no state at all is another view than open cases by urgency", () => {
  assert.deepEqual(read(write({ ...USUAL, states: [] })).states, []);
  assert.equal(read("").states, null);
});

test("nonsense about layers is left out", () => {
  const { opacity, states } = read("#&opacity=streets-0.cells-55.x-20.lamps-200.care-90&states=closed.hold");
  assert.deepEqual([opacity, states], [{ care: 0.9 }, ["hold"]]);
});

test("a layer that is as opaque as usual is not kept", () => {
  assert.deepEqual(withOpacity({ streets: 0.5 }, "streets", 1), {});
  assert.deepEqual(withOpacity({}, "coverage", 0.7), {});
  assert.deepEqual(withOpacity({}, "coverage", 1), { coverage: 1 });
  assert.deepEqual([opacityOf({}, "coverage"), opacityOf({}, "lamps"), opacityOf({ lamps: 0.2 }, "lamps")], [0.7, 1, 0.2]);
});

test("a ground takes another ground's place, and nothing else's", () => {
  const order = ["cells", "care", "coverage", "night"];
  assert.deepEqual(switched(["cells", "care"], "coverage", true, order), ["cells", "coverage"]);
  assert.deepEqual(switched(["cells", "care"], "care", false, order), ["cells"]);
  assert.deepEqual(switched(["care"], "cells", true, order), ["cells", "care"]);
});

test("a share is in the class that begins at or below it", () => {
  assert.deepEqual([0, 0.199, 0.2, 0.79, 0.8, 1].map((share) => stepOf(share, BREAKS)), [0, 0, 1, 3, 4, 4]);
  assert.deepEqual(classes(BREAKS)[0], [0.8, 1]);
  assert.deepEqual(classes(BREAKS).at(-1), [0, 0.2]);
});

test("a cell without a street is told from one nobody walked and one nobody knows", () => {
  const shares = new CellShares("covered_metres");
  const row = (code, metres, covered) => ({ code, metres, covered_metres: covered });
  shares.take("1", { cells: [row("11", 200, 50), row("12", 0, 0), row("13", 10, 0)] });
  shares.take("2", null);
  assert.deepEqual(["11", "12", "13", "21"].map((code) => shares.of(code)), [0.25, null, 0, undefined]);
  shares.take("1", { cells: [row("11", 200, 200)] });
  assert.equal(shares.of("11"), 1);
});

test("the densest place has at least five incidents", () => {
  assert.equal(densest([]), 5);
  const here = Array.from({ length: 9 }, () => [24.94, 60.17]);
  assert.equal(densest([...here, [25.5, 60.17]]), 9);
});

test("the kernel is as many metres at every zoom", () => {
  const [near, far] = [17, 14].map((zoom) => pixelsOf(KERNEL, 60, zoom));
  assert.ok(Math.abs(near / far - 8) < 1e-9);
  // 156,543 m : 2^17 × cos 60° = 0.597 m in a pixel.
  assert.ok(Math.abs(near - 150 / 0.59716) < 0.01);
});
