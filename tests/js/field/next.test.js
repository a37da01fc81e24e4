import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage } from "../../../map_static/static/map_static/js/field/coverage.js";
import { nextThings } from "../../../map_static/static/map_static/js/field/next.js";
import { Ground } from "../../../map_static/static/map_static/js/field/packages.js";
import { A, at, B } from "./ground.js";

const NOW = Date.UTC(2026, 10, 22, 20);
const DAY = 86_400_000;
const TODAY = 20_000;
const ground = new Ground([A(), B()]);
const whole = { 1: [[0, 1000, TODAY]], 2: [[0, 1000, TODAY]], 3: [[0, 1000, TODAY]], 4: [[0, 800, TODAY]] };
const over = (segments) => new Coverage(ground, [{ cell: "001", segments }], { today: TODAY });
const lamp = (id, x, y, state, days) => {
  const [lon, lat] = at(x, y);
  return { id, lon, lat, state, seen_at: days === null ? null : new Date(NOW - days * DAY).toISOString() };
};
const visit = (id, x, y, due) => ({ id, lon: at(x, y)[0], lat: at(x, y)[1], due });
const ask = ({ segments = whole, lamps = [], visits = [], from = [0, 0], most = 1 }) =>
  nextThings(ground, over(segments), lamps, visits, at(...from), NOW, { most });
const about = (found) => found.map((one) => [one.what, Math.round(one.metres), one.by]);

test("nothing to do is an empty list", () => {
  assert.deepEqual(ask({}), []);
});

// From (0, 0) the alley's tip is 128 m off as the crow flies, 160 m along the streets.
test("the way is along the streets, to the nearest overdue metre", () => {
  const found = ask({ segments: { ...whole, 4: [[0, 600, TODAY]] } });
  assert.deepEqual(about(found), [["street", 160, "street"]]);
  const [{ segment, street, open, lon, lat }] = found;
  assert.deepEqual([segment, street, open], [4, "Back Lane", 20]);
  const there = at(100, 60);
  assert.ok(Math.abs(lon - there[0]) < 1e-6 && Math.abs(lat - there[1]) < 1e-6);
});

test("who stands on it has no way to go, and walked metres are no longer asked for", () => {
  const coverage = over({ ...whole, 1: [] });
  const [standing] = nextThings(ground, coverage, [], [], at(40, 0), NOW);
  assert.equal(Math.round(standing.metres), 0);
  coverage.walk([[1, 200, 1000]]);
  const [next] = nextThings(ground, coverage, [], [], at(40, 0), NOW);
  assert.deepEqual([Math.round(next.metres), next.open], [20, 20]);
  coverage.walk([[1, 0, 1000]]);
  assert.deepEqual(nextThings(ground, coverage, [], [], at(40, 0), NOW), []);
});

test("off the streets it is as the crow flies, and says so", () => {
  const found = ask({ segments: { ...whole, 3: [] }, visits: [visit("v", 250, 100, "today")], from: [250, 200] });
  assert.deepEqual(about(found), [["visit", 100, "crow"], ["street", 200, "crow"]]);
});

test("lamps: known not to work and not looked at today, or not looked at for a month", () => {
  const lamps = [
    lamp(1, 10, 0, "working", 2),
    lamp(2, 20, 0, "faulty", 0.2),
    lamp(3, 50, 0, "faulty", 2),
    lamp(4, 60, 0, "working", 31),
    lamp(5, 70, 0, "unknown", null),
  ];
  const found = ask({ lamps, most: 9 });
  assert.deepEqual(found.map((one) => [one.lamp.id, one.why]), [[3, "faulty"], [4, "unseen"], [5, "unseen"]]);
  assert.deepEqual(about(ask({ lamps })), [["lamp", 50, "street"]]);
});

test("visits: overdue and today's, those without a place left out", () => {
  const visits = [
    visit("later", 5, 0, "week"),
    { id: "nowhere", lon: null, lat: null, due: "overdue" },
    visit("b", 120, 0, "today"),
    visit("a", 100, 70, "overdue"),
  ];
  // As the crow flies b (120 m) and a (122 m) are alike; on foot a is 170 m away.
  assert.deepEqual(ask({ visits, most: 5 }).map((one) => [one.visit.id, Math.round(one.metres)]), [["b", 120], ["a", 170]]);
});

test("one street is offered once, nearest things first", () => {
  const found = ask({ segments: {}, lamps: [lamp(1, 90, 0, "faulty", 3)], most: 5 });
  assert.deepEqual(found.map((one) => [one.what, one.street ?? one.lamp.id, Math.round(one.metres)]), [
    ["street", "Long Street", 0],
    ["lamp", 1, 90],
    ["street", "Back Lane", 100],
  ]);
});

// The sidewalk (y = -5) of segment 1 is joined to nothing; who stands on it may well mean the street.
test("a position on a passage that leads nowhere means the street beside it", () => {
  const found = ask({ segments: { ...whole, 3: [] }, from: [50, -5] });
  assert.deepEqual(about(found), [["street", 155, "street"]]);
});
