import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { caseMark, doorMark, lampMark, mostUrgent, outline, pathData } from "../../map_static/static/map_static/js/marks.js";

const file = new URL("../../map_static/static/map_static/colours.json", import.meta.url);
const { looks } = JSON.parse(readFileSync(file, "utf8"));

test("a shape is closed and as large as its radius", () => {
  for (const shape of ["disc", "square", "diamond", "crossed", "house"]) {
    const [ring] = outline(shape, 10);
    assert.deepEqual(ring[0], ring.at(-1), shape);
    const far = Math.max(...ring.map(([x, y]) => Math.hypot(x, y)));
    assert.ok(far >= 10 && far < 14, shape);
  }
  assert.equal(pathData("crossed", 5).match(/M/g).length, 3);
});

/** Relative luminance, as the contrast rules of the web define it. */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

test("in each look, urgency reads in grey: lightness runs one way", () => {
  for (const [name, colours] of Object.entries(looks)) {
    const light = ["open", "soon", "overdue"].map((of) => luminance(caseMark(of, "event", colours).fill));
    const sorted = [...light].sort((a, b) => a - b);
    assert.ok(String(light) === String(sorted) || String(light) === String(sorted.reverse()), name);
  }
});

test("in each look, marks and casings stand out from the ground", () => {
  for (const [name, colours] of Object.entries(looks)) {
    for (const key of ["unlitEdge", "fault", "caseLine", "lampUnknownLine"]) {
      assert.ok(contrast(colours[key], colours.land) >= 3, `${name} ${key}`);
    }
  }
});

test("a lamp's three states differ in shape or size, not in colour alone", () => {
  const marks = [true, false, null].map((working) => lampMark(working, looks.light));
  const forms = new Set(marks.map(({ shape, radius }) => `${shape} ${radius}`));
  assert.equal(forms.size, 3);
});

test("a building with doors to visit shows the most urgent of them, told apart without colour names", () => {
  assert.equal(mostUrgent({ overdue: 1, today: 2, later: 3 }), "overdue");
  assert.equal(mostUrgent({ overdue: 0, today: 0, later: 3 }), "later");
  for (const [name, colours] of Object.entries(looks)) {
    const fills = ["overdue", "today", "later"].map((when) => doorMark(when, colours).fill);
    assert.equal(new Set(fills).size, 3, name);
  }
});
