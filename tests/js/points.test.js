import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { getElementById: () => ({ textContent: "{}" }), documentElement: { lang: "en" } };
const { askedCases, caseFeatures, PointLayer, POINTS } = await import("../../map_static/static/map_static/js/points.js");

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

/** A layer of cases on a map that stands at a box, and what it drew. */
function layer() {
  const drawn = [];
  const map = {
    zoom: 15,
    at: [0, 0, 1, 1],
    beyond: (known) => (String(known) === String(map.at) ? null : map.at),
    bounds: () => map.at,
    points: (_name, found) => drawn.push(found?.features.map(({ id }) => id) ?? null),
  };
  const view = { shows: () => true, alpha: () => 1, states: null, colours };
  return { made: new PointLayer("cases", map, view, { failed: assert.fail }), map, drawn };
}

const row = (id) => [id, 0.5, 0.5, "reported", "lamp", null];

/** Questions that are answered by hand: each by the number of a case. */
function questions() {
  const answers = [];
  globalThis.fetch = (_address, { signal }) =>
    new Promise((answered, failed) => {
      signal.addEventListener("abort", () => failed(signal.reason));
      answers.push((id) => answered(new Response(JSON.stringify({ ...ANSWER, cases: [row(id)] }))));
    });
  return answers;
}

test("cases of a past day that come after today was chosen again are not drawn", async () => {
  const answers = questions();
  const { made, drawn } = layer();
  let arrive;
  const past = made.past(() => new Promise((answered) => (arrive = answered)));
  const today = made.past(null);
  answers[0](1);
  await today;
  arrive(caseFeatures({ ...ANSWER, cases: [row(2)] }));
  await past;
  assert.deepEqual(drawn, [[1]]);
});

test("what today's question finds is not drawn over a past day", async () => {
  const answers = questions();
  const { made, drawn } = layer();
  const today = made.update();
  const past = made.past(async () => caseFeatures({ ...ANSWER, cases: [row(2)] }));
  answers[0](1);
  await Promise.all([today, past]);
  assert.deepEqual(drawn, [[2]]);
});

test("a map that came back keeps its points, whatever was asked on the way", async () => {
  const answers = questions();
  const { made, map, drawn } = layer();
  const here = made.update();
  answers[0](1);
  await here;
  const { at } = map;
  map.at = [5, 5, 6, 6];
  const there = made.update();
  map.at = at;
  made.update();
  answers[1](2);
  await there;
  assert.deepEqual(drawn, [[1]]);
  assert.deepEqual(made.inSight().map(({ id }) => id), [1]);
});
