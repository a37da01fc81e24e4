import assert from "node:assert/strict";
import { test } from "node:test";
import { classOf, Freshness, stretches } from "../../map_static/static/map_static/js/freshness.js";

const DAY = 86_400;
const now = 1_000_000_000;
const terms = { now, midnight: now - DAY / 2, cadence: 8, dueFrom: 0.75 };
const before = (days) => now - days * DAY;

test("each class begins where the one before ends", () => {
  assert.equal(classOf(before(0), terms), "today");
  assert.equal(classOf(before(0.5), terms), "today");
  assert.equal(classOf(before(0.6), terms), "within");
  assert.equal(classOf(before(6), terms), "within");
  assert.equal(classOf(before(6.1), terms), "due");
  assert.equal(classOf(before(8), terms), "due");
  assert.equal(classOf(before(8) - 1, terms), "overdue");
  assert.equal(classOf(null, terms), "never");
});

//  dm    0        250       500                1000
//        |  never  | today  |      never        |
test("what was not walked is never, before, between and after", () => {
  assert.deepEqual(stretches([[250, 500, now]], 1000, terms), [
    { from: 0, to: 0.25, cls: "never" },
    { from: 0.25, to: 0.5, cls: "today" },
    { from: 0.5, to: 1, cls: "never" },
  ]);
});

test("a street nobody walked is one stretch", () => {
  assert.deepEqual(stretches([], 1000, terms), [{ from: 0, to: 1, cls: "never" }]);
});

test("neighbours of one class are joined, of two classes are not", () => {
  const spans = [
    [0, 400, before(1)],
    [400, 700, before(2)],
    [700, 1000, before(30)],
  ];
  assert.deepEqual(stretches(spans, 1000, terms), [
    { from: 0, to: 0.7, cls: "within" },
    { from: 0.7, to: 1, cls: "overdue" },
  ]);
});

test("a span beyond the end stops at the end", () => {
  assert.deepEqual(stretches([[0, 1004, now]], 1000, terms), [{ from: 0, to: 1, cls: "today" }]);
});

test("stretches always run from 0 to 1 without a gap", () => {
  const found = stretches([[3, 9, now], [20, 21, before(7)], [21, 90, before(9)]], 97, terms);
  assert.equal(found[0].from, 0);
  assert.equal(found.at(-1).to, 1);
  for (let i = 1; i < found.length; i += 1) assert.equal(found[i].from, found[i - 1].to);
});

const answer = {
  cadence: { alley: 7 },
  own_cadence: { 12: 2 },
  midnight: now - DAY,
  as_of: null,
  segments: { 11: [[0, 100, before(3)]], 12: [[0, 100, before(3)]] },
};

test("a segment's own cadence comes before its kind's", () => {
  const fresh = new Freshness(answer, { now, dueFrom: 0.75 });
  assert.equal(fresh.of(11, "alley", 100)[0].cls, "within");
  assert.equal(fresh.of(12, "alley", 100)[0].cls, "overdue");
  assert.equal(fresh.of(13, "alley", 100)[0].cls, "never");
});

test("ages are counted from the day that was asked for, not from now", () => {
  const fresh = new Freshness({ ...answer, as_of: before(2), midnight: before(3) }, { now, dueFrom: 0.75 });
  assert.equal(fresh.of(11, "alley", 100)[0].cls, "today");
});
