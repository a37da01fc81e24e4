import assert from "node:assert/strict";
import { test } from "node:test";
import { visitsNow } from "../../../map_static/static/map_static/js/field/records_pending.js";
import {
  calling,
  listed,
  localMoment,
  newVisit,
  recorded,
  suits,
  unanswered,
  visitBody,
} from "../../../map_static/static/map_static/js/field/records_visit.js";

const REFERENCE = {
  answers: {
    fine: [
      { value: "fine", calls: false },
      { value: "attention", calls: true },
    ],
    yes_no: [
      { value: "no", calls: false },
      { value: "yes", calls: true },
    ],
  },
};
const CHECKLIST = {
  items: [
    { key: "light", kind: "fine", must: true, category: "lamp" },
    { key: "food", kind: "fine", must: true, category: "" },
    { key: "repair", kind: "yes_no", must: false, category: "paving" },
  ],
};
const visit = (id, planned_for, lat, more = {}) => ({
  id,
  plan: `plan-${id}`,
  planned_for,
  lon: 116,
  lat,
  address: `Lane ${id}`,
  ...more,
});
const TODAY = "2026-11-22";

test("what is overdue comes first, the nearest of each part first, what has no place last", () => {
  const visits = [
    visit("a", "2026-11-24", 40),
    visit("b", "2026-11-20", 40.002),
    visit("c", TODAY, null, { lon: null }),
    visit("d", TODAY, 40.001),
    visit("e", "2026-11-20", 40.001),
  ];
  const parts = listed(visits, { lon: 116, lat: 40 }, TODAY);
  const told = parts.map(({ part, visits: found }) => [part, found.map(({ of }) => of.id)]);
  assert.deepEqual(told, [
    ["overdue", ["e", "b"]],
    ["today", ["d", "c"]],
    ["week", ["a"]],
  ]);
  // The same list a day later, still without a network.
  assert.deepEqual(
    listed(visits, null, "2026-11-23").map(({ part }) => part),
    ["overdue", "week"],
  );
});

test("a visit recorded here is due no more, and shown as not sent", () => {
  const made = {
    id: "op",
    kind: "visit.record",
    state: "waiting",
    body: { visit: "a", state: "nobody_home" },
  };
  const now = visitsNow([visit("a", TODAY, 40), visit("b", TODAY, 40)], [made]);
  assert.deepEqual(
    listed(now, null, TODAY)[0].visits.map(({ of }) => of.id),
    ["b"],
  );
  assert.deepEqual(
    recorded(now).map(({ recorded: state, pending }) => [state, pending]),
    [["nobody_home", true]],
  );
});

test("times that suit are the office's, whatever the tablet's own zone", () => {
  // A Sunday, 23:30 in UTC, is Monday morning in Shanghai.
  const { weekday, clock, day } = localMoment(Date.UTC(2026, 10, 22, 23, 30), "Asia/Shanghai");
  assert.deepEqual([weekday, clock, day], [1, "07:30", "2026-11-23"]);
  const windows = [{ days: [1], from: "07:00", to: "09:00" }];
  assert.equal(suits(windows, weekday, clock), true);
  assert.equal(suits(windows, 2, clock), false);
  assert.equal(suits(windows, 1, "09:00"), false);
  assert.equal(suits([], 7, "03:00"), true);
});

test("only a visit that was made has answers, and only those that are asked", () => {
  const draft = { ...newVisit("key", visit("a", TODAY, 40)), answers: { light: "attention", old: "fine" } };
  assert.deepEqual(unanswered(CHECKLIST, draft.answers), ["food"]);
  const known = visit("a", TODAY, 40);
  assert.deepEqual(visitBody(draft, known, "done", CHECKLIST).answers, { light: "attention" });
  assert.deepEqual(visitBody(draft, known, "nobody_home", CHECKLIST), {
    key: "key",
    plan: "plan-a",
    visit: "a",
    state: "nobody_home",
    answers: {},
  });
});

test("an answer that calls for something leads to a case where a case can mend it", () => {
  const answers = { light: "attention", food: "attention", repair: "yes" };
  assert.deepEqual(
    calling(REFERENCE, CHECKLIST, answers).map(({ key }) => key),
    ["light", "repair"],
  );
  assert.deepEqual(calling(REFERENCE, CHECKLIST, { light: "fine", repair: "no" }), []);
});
