// The colours' promises: one way from light to dark, apart for colour-blind eyes, seen on the ground.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const file = new URL("../../map_static/static/map_static/colours.json", import.meta.url);
const { looks, order } = JSON.parse(readFileSync(file, "utf8"));
const RAMP = order.filter((cls) => cls !== "never");

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const rgb = (hex) => channels(hex).map(linear);
const luminance = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const lightness = (y) => 116 * Math.cbrt(y) - 16;
const contrast = (a, b) => {
  const [low, high] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

for (const [name, look] of Object.entries(looks)) {
  test(`${name}: the ramp reads in grey`, () => {
    const steps = RAMP.map((cls) => lightness(luminance(rgb(look.freshness[cls]))));
    const way = Math.sign(steps[1] - steps[0]);
    for (let i = 1; i < steps.length; i += 1) {
      assert.ok((steps[i] - steps[i - 1]) * way >= 9, `${RAMP[i]}: ${steps.map(Math.round)}`);
    }
  });

  test(`${name}: text on the map can be read`, () => {
    assert.ok(contrast(look.text, look.land) >= 4.5);
    assert.ok(contrast(look.textQuiet, look.land) >= 4.5, `${contrast(look.textQuiet, look.land)}`);
  });

  test(`${name}: the most urgent colour stands out from the ground`, () => {
    assert.ok(contrast(look.freshness.overdue, look.land) >= 3);
  });

  test(`${name}: every look names the same colours`, () => {
    assert.deepEqual(Object.keys(look).sort(), Object.keys(looks.light).sort());
    assert.deepEqual(Object.keys(look.freshness).sort(), [...order].sort());
  });
}
