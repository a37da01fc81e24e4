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
    day: "2026-02-28",
    walk: { lon: 24.9435, lat: -60.1683, minutes: 40, back: true, areas: ["009101001001004"], streets: [] },
    circuit: { id: 12, correct: true },
  };
  assert.deepEqual(read(write(state)), state);
});

test("a circuit is a number, and may be under correction", () => {
  assert.deepEqual(read("#&circuit=7").circuit, { id: 7, correct: false });
  assert.equal(write({ ...USUAL, circuit: { id: 7, correct: false } }), "#&circuit=7");
  for (const text of ["", "0", "-1", "7,", "7,right", "x", "7.5", "1e3"]) {
    assert.equal(read(`#&circuit=${text}`).circuit, null, text);
  }
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

test("a walk may begin where it is best, if it has an area and need not come back", () => {
  const walk = { lon: null, lat: null, minutes: 90, back: false, areas: ["009101001001", "0091"], streets: [] };
  assert.deepEqual(read(write({ ...USUAL, walk })).walk, walk);
  assert.equal(read("#&walk=,,90").walk, null);
  assert.equal(read("#&walk=,,90,back&within=0091").walk, null);
});

test("a walk may go over chosen streets instead of areas", () => {
  const walk = { lon: null, lat: null, minutes: 40, back: false, areas: [], streets: [7, 81] };
  assert.deepEqual(read(write({ ...USUAL, walk })).walk, walk);
  assert.deepEqual(read("#&walk=,,40&within=0091&on=7.x.0.-3.1e3.81").walk, walk);
});

test("a walk that cannot be is none", () => {
  for (const walk of ["", "24,60", "24,60,0", "24,60,721", "24,60,4.5", "24,91,40", "x,60,40", ",60,40"]) {
    assert.equal(read(`#&walk=${walk}`).walk, null, walk);
  }
  assert.deepEqual(read("#&walk=24,60,40&within=12;DROP.1234.abc").walk.areas, ["1234"]);
});

test("a day is one of the calendar", () => {
  assert.equal(read("#&day=2024-02-29").day, "2024-02-29");
  for (const day of ["2023-02-29", "2026-13-01", "26-1-1", "1066-10-14", "9999-01-01", "today"]) {
    assert.equal(read(`#&day=${day}`).day, null, day);
  }
});

test("a latitude beyond the map is no place", () => {
  assert.equal(read("#16/120/24").place, null);
});
