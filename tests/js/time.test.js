// Time on the map: steps, what the address keeps, freshness and cases of past days, two periods.
import assert from "node:assert/strict";
import { test } from "node:test";
import { casesBefore } from "../../map_static/static/map_static/js/case_history.js";
import { Difference, filled, summed } from "../../map_static/static/map_static/js/difference.js";
import { Freshness } from "../../map_static/static/map_static/js/freshness.js";
import { read, USUAL, write } from "../../map_static/static/map_static/js/state.js";
import {
  barsOf,
  dayAt,
  firstPlayed,
  onStep,
  placeOf,
  rangeOf,
  stepped,
} from "../../map_static/static/map_static/js/time_steps.js";
import { lastWalks, WalkHistory } from "../../map_static/static/map_static/js/walk_history.js";

const TODAY = "2026-11-22";
const WEEKS = rangeOf({ day: null, step: "week" }, TODAY);

test("a range ends today, unless the day lies before it", () => {
  assert.deepEqual(WEEKS, { to: TODAY, over: 84 });
  assert.equal(dayAt(WEEKS, 83), TODAY);
  assert.equal(dayAt(WEEKS, 0), "2026-08-31");
  assert.equal(rangeOf({ day: "2026-08-31", step: "week" }, TODAY).to, TODAY);
  assert.equal(rangeOf({ day: "2026-08-30", step: "week" }, TODAY).to, "2026-08-30");
  assert.equal(rangeOf({ day: "2026-10-01", step: "day" }, TODAY).to, "2026-10-01");
});

test("every day of a range has its place, and no other day another one", () => {
  for (let place = 0; place < WEEKS.over; place += 1) {
    assert.equal(placeOf(WEEKS, dayAt(WEEKS, place)), place);
  }
  assert.equal(placeOf(WEEKS, "2020-01-01"), 0);
  assert.equal(placeOf(WEEKS, "2030-01-01"), 83);
});

test("steps are whole weeks before the last day and end at the ends", () => {
  assert.equal(stepped(WEEKS, "week", 83, -1), 76);
  assert.equal(stepped(WEEKS, "week", 76, 1), 83);
  assert.equal(stepped(WEEKS, "week", 83, 1), 83);
  assert.equal(stepped(WEEKS, "week", 80, 1), 83);
  assert.equal(stepped(WEEKS, "week", 80, -1), 76);
  assert.equal(stepped(WEEKS, "week", 6, -1), 6);
  assert.equal(stepped(WEEKS, "day", 10, -1), 9);
  assert.equal(onStep(WEEKS, "week", 78), 76);
  assert.equal(onStep(WEEKS, "week", 0), 6);
  assert.equal(onStep(WEEKS, "day", 41), 41);
});

test("playing goes through every week once, and begins anew from the last", () => {
  let place = firstPlayed(WEEKS, "week", 83);
  const played = [place];
  while (place < 83) {
    place = stepped(WEEKS, "week", place, 1);
    played.push(place);
  }
  assert.equal(played.length, 12);
  assert.deepEqual(barsOf([1, 2, 3, 4, 5, 6, 7, 8, 9], 7), [2, 9]);
  assert.equal(firstPlayed(WEEKS, "week", 20), 20);
});

test("the address keeps the step and the period compared with", () => {
  const state = { ...USUAL, step: "day", vs: { day: "2026-10-22", days: 14, shown: "difference" } };
  assert.equal(write(state), "#&play=day&vs=2026-10-22,14,difference");
  assert.deepEqual(read(write(state)), state);
  const sides = { ...state, vs: { ...state.vs, shown: "sides" } };
  assert.deepEqual(read(write(sides)), sides);
  assert.equal(write(USUAL), "#");
});

for (const text of ["2026-02-31,7", "2026-10-22", "2026-10-22,0", "2026-10-22,367", "2026-10-22,7,both", "x"]) {
  test(`no period is read of ${text}`, () => assert.equal(read(`#&vs=${text}`).vs, null));
}

//   0     300     500      1000
//   |------- h 10 -----------|
//   |      | h 30  |         |
test("a later walk lies over an earlier one, as far as the hour allows", () => {
  const events = [10, [30, 300, 500]];
  const late = [
    [0, 300, 10],
    [300, 500, 30],
    [500, 1000, 10],
  ];
  assert.deepEqual(lastWalks(events, 1000, 0, 31), late);
  assert.deepEqual(lastWalks(events, 1000, 0, 30), [[0, 1000, 10]]);
  assert.deepEqual(lastWalks(events, 1000, 11, 31), [[300, 500, 30]]);
  assert.deepEqual(lastWalks(events, 1000, 0, 10), []);
});

test("each day of a history is coloured as an answer as of that day would be", () => {
  const MIDNIGHT = 1_700_000_000 - (1_700_000_000 % 86_400);
  const midnights = [0, 1, 2, 3].map((day) => MIDNIGHT + (10 + day) * 86_400);
  const base = MIDNIGHT;
  const walked = (hour, minute) => base + hour * 3600 + minute * 60;
  const events = [
    [20, 5, 0, 1000],
    [100, 59, 200, 700],
    [249, 1, 0, 300],
    [280, 30, 600, 1000],
  ];
  const history = new WalkHistory(
    {
      base,
      days: 9,
      midnights,
      cadence: { street: 7 },
      own_cadence: {},
      segments: { 5: events.map(([hour, , start, end]) => [hour, start, end]) },
    },
    { dueFrom: 0.75 },
  );
  for (const nth of [0, 1, 2]) {
    const asOf = midnights[nth + 1];
    const known = events
      .map(([hour, minute, start, end]) => [walked(hour, minute), start, end])
      .filter(([at]) => at < asOf && at >= asOf - 9 * 86_400);
    const spans = lastWalks(known, 1000, 0, asOf).map(([start, end, at]) => [start, end, at]);
    const answer = {
      as_of: asOf,
      midnight: midnights[nth],
      cadence: { street: 7 },
      own_cadence: {},
      segments: { 5: spans },
    };
    const day = new Freshness(answer, { now: 0, dueFrom: 0.75 });
    assert.deepEqual(history.at(nth).of(5, "street", 1000), day.of(5, "street", 1000));
  }
  assert.deepEqual(history.at(0).of(6, "street", 100), [{ from: 0, to: 1, cls: "never" }]);
});

test("a case is on the map from its report to its end, with the due time of that day", () => {
  const answer = {
    states: ["reported", "dispatched", "closed"],
    ended: [2],
    not_due: [2],
    soon: 10,
    categories: { paving: { name: "Paving", topic: "facility" } },
    cases: [[7, 24.9, 60.1, "paving", [[100, 0, null], [200, 1, 300], [400, 2, 300]]]],
  };
  const at = (moment) => casesBefore(answer, moment).map(({ id, properties }) => [id, properties.state, properties.due]);
  assert.deepEqual(at(100), []);
  assert.deepEqual(at(101), [[7, "reported", null]]);
  assert.deepEqual(at(250), [[7, "dispatched", null]]);
  assert.deepEqual(at(295), [[7, "dispatched", "soon"]]);
  assert.deepEqual(at(301), [[7, "dispatched", "overdue"]]);
  assert.deepEqual(at(401), []);
  assert.deepEqual(casesBefore(answer, 101)[0].geometry.coordinates, [24.9, 60.1]);
});

test("what neither period walked is filled in, and lengths add up", () => {
  const spans = [
    [500, 700, 2],
    [0, 200, 0],
    [200, 300, 1],
  ];
  assert.deepEqual(
    filled(spans, 1000).map(({ from, to, cls }) => [from, to, cls]),
    [
      [0, 0.2, "both"],
      [0.2, 0.3, "gained"],
      [0.3, 0.5, "neither"],
      [0.5, 0.7, "lost"],
      [0.7, 1, "neither"],
    ],
  );
  assert.deepEqual(new Difference({ segments: {} }).of(1, 10), [{ from: 0, to: 1, cls: "neither" }]);
  const one = { metres: 10, both: 1, gained: 2, lost: 3, neither: 4, cells: [{ code: "a" }] };
  assert.deepEqual(summed([one, one]), {
    ...{ metres: 20, both: 2, gained: 4, lost: 6, neither: 8 },
    cells: [{ code: "a" }, { code: "a" }],
  });
});
