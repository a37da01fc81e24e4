import assert from "node:assert/strict";
import { test } from "node:test";
import { read, USUAL, write } from "../../map_static/static/map_static/js/state.js";

test("an empty address is the usual view", () => {
  assert.deepEqual(read(""), USUAL);
  assert.deepEqual(read("#"), USUAL);
});

test("what was written is read again", () => {
  const state = {
    ...USUAL,
    place: { zoom: 16, lat: 60.17, lng: 24.94 },
    days: 7,
    layers: ["streets", "lamps"],
    kinds: ["alley"],
    area: "009101001001",
    cell: "009101001001004",
    base: "天地图 & co",
  };
  assert.deepEqual(read(write(state)), state);
});

test("no layers at all is kept too", () => {
  assert.deepEqual(read(write({ ...USUAL, layers: [] })).layers, []);
});

test("nonsense is left out, the rest is kept", () => {
  const state = read("#NaN/x/y&days=3&layers=streets.bogus&area=12;DROP&cell=1&kinds=");
  assert.equal(state.place, null);
  assert.equal(state.days, USUAL.days);
  assert.deepEqual(state.layers, ["streets"]);
  assert.equal(state.area, null);
  assert.equal(state.cell, null);
  assert.deepEqual(state.kinds, []);
});

test("a latitude beyond the map is no place", () => {
  assert.equal(read("#16/120/24").place, null);
});
