import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { getElementById: () => ({ textContent: "{}" }), documentElement: { lang: "en" } };
const { askedCases, caseFeatures, POINTS } = await import("../../map_static/static/map_static/js/points.js");

const ANSWER = {
  fields: ["id", "lon", "lat", "state", "category", "due"],
  cases: [
    [7, 24.9414, 60.171, "reported", "lamp", "overdue"],
    [9, 24.95, 60.18, "on_hold", "noise", null],
  ],
  categories: { lamp: { name: "Lamp", topic: "facility" }, noise: { name: "Noise", topic: "event" } },
};
const colours = { caseOverdue: "red", caseSoon: "yellow", caseOpen: "blue", caseLine: "black" };

test("rows of cases become features with the name and topic of their category", () => {
  const [first] = caseFeatures(ANSWER);
  assert.deepEqual(first, {
    type: "Feature",
    id: 7,
    geometry: { type: "Point", coordinates: [24.9414, 60.171] },
    properties: { state: "reported", due: "overdue", name: "Lamp", topic: "facility" },
  });
  assert.equal(POINTS.cases.label(first), "#7 Lamp");
});

test("columns are found by their names", () => {
  const turned = {
    ...ANSWER,
    fields: [...ANSWER.fields].reverse(),
    cases: ANSWER.cases.map((row) => [...row].reverse()),
  };
  assert.deepEqual(caseFeatures(turned), caseFeatures(ANSWER));
});

test("a case is coloured as the server says it is due", () => {
  const marks = caseFeatures(ANSWER).map((feature) => POINTS.cases.mark(feature, colours));
  assert.deepEqual(marks.map(({ fill, shape }) => [fill, shape]), [["red", "square"], ["blue", "diamond"]]);
});

test("by state, each state has a shape and a colour of its own", () => {
  const marks = caseFeatures(ANSWER).map((feature) =>
    POINTS.cases.mark(feature, { caseWaiting: "orange", caseHold: "violet" }, { states: ["waiting", "hold"] }),
  );
  assert.deepEqual(marks.map(({ fill, shape }) => [fill, shape]), [["orange", "triangle"], ["violet", "diamond"]]);
});

test("open cases are asked for as they are, ended ones only of the time that is looked at", () => {
  const window = { days: 30, day: "2026-03-31" };
  assert.deepEqual(askedCases({ states: null, window }), [{ state: "open" }]);
  assert.deepEqual(askedCases({ states: ["work", "done"], window }), [
    { state: "dispatched,in_progress" },
    { state: "done,verified,closed", since: "2026-03-02" },
  ]);
  assert.deepEqual(askedCases({ states: [], window }), []);
});
