import assert from "node:assert/strict";
import { test } from "node:test";
import * as form from "../../../map_static/static/map_static/js/field/records_case.js";
import { casesNow, lampsNow } from "../../../map_static/static/map_static/js/field/records_pending.js";
import { metresBetween, within } from "../../../map_static/static/map_static/js/field/records_place.js";
import {
  anyCategory,
  named,
  stepName,
} from "../../../map_static/static/map_static/js/field/records_reference.js";
import {
  changesOf,
  needsNote,
  newEdit,
  offered,
  stepBody,
} from "../../../map_static/static/map_static/js/field/records_step.js";

const REFERENCE = {
  categories: [
    {
      code: "facilities",
      leaves: [
        { code: "lamp", lamps: true, name: { en: "Lamp is dark", zh: "路灯不亮" } },
        { code: "paving", lamps: false, name: { en: "Broken paving", zh: "" } },
      ],
    },
  ],
  past_categories: [{ code: "kiosk", name: { en: "Kiosk", zh: "报亭" } }],
  steps: {
    start: { name: { en: "Start work" }, needs: [] },
    finish: { name: { en: "Work is done" }, needs: [] },
    dispatch: { name: { en: "Dispatch" }, needs: ["to"] },
    decline: { name: { en: "Decline" }, needs: ["note"] },
    hold: { name: { en: "Hold" }, needs: ["note", "until"] },
    note: { name: { en: "Add a note" }, needs: [] },
  },
};
const METRE = 1 / 111_195;
const HERE = { lon: 116, lat: 40 };
const north = (metres) => ({ lon: HERE.lon, lat: HERE.lat + metres * METRE });
const draft = (given) => form.newDraft("key-1", given);

test("a name is in the reader's language, or in the other", () => {
  assert.equal(named(anyCategory(REFERENCE, "lamp").name, "zh-hans"), "路灯不亮");
  assert.equal(named(anyCategory(REFERENCE, "paving").name, "zh-hans"), "Broken paving");
  assert.equal(named(anyCategory(REFERENCE, "kiosk").name, "en"), "Kiosk");
  assert.equal(stepName(REFERENCE, "start", "en"), "Start work");
});

test("what is missing is asked in the order of the screen", () => {
  assert.deepEqual(form.missing(draft(), REFERENCE), ["category", "place"]);
  const lamp = form.withCategory(draft(), "lamp", REFERENCE);
  assert.deepEqual(form.missing(lamp, REFERENCE), ["lamp", "place"]);
  assert.deepEqual(form.missing(form.withLamp(lamp, null), REFERENCE), ["place"]);
  assert.deepEqual(form.missing(form.withLamp(lamp, { id: 5, ...HERE }), REFERENCE), []);
  // A category that the office retired meanwhile has to be chosen anew.
  assert.deepEqual(form.missing(draft({ category: "kiosk", ...HERE }), REFERENCE), ["category"]);
});

test("the place follows the member until the map is tapped", () => {
  let now = form.atPosition(draft({ category: "paving" }), { ...HERE, accuracy: 8 });
  assert.equal(now.accuracy, 8);
  now = form.atPlace(now, north(20));
  now = form.atPosition(now, { ...HERE, accuracy: 3 });
  assert.deepEqual([now.lat, now.placed, now.accuracy], [north(20).lat, "map", null]);
});

test("a lamp brings its place, and is let go where the place moves far away", () => {
  const lamp = { id: 5, ...north(10) };
  const chosen = form.withLamp(draft({ category: "lamp", ...HERE }), lamp);
  assert.deepEqual([chosen.lamp, chosen.lat, chosen.placed], [5, lamp.lat, "lamp"]);
  assert.equal(form.atPlace(chosen, north(30), lamp).lamp, 5);
  const far = form.atPlace(chosen, north(200), lamp);
  assert.deepEqual([far.lamp, far.lampAsked], [null, false]);
  assert.equal(form.withCategory(chosen, "paving", REFERENCE).lamp, null);
});

test("what is sent is what was filled in, to a centimetre", () => {
  const photos = [{ id: "p", sha256: "aa", bytes: 3, type: "image/jpeg", blob: new Blob(["abc"]) }];
  const filled = {
    ...draft({ category: "paving", lon: 116.123456789, lat: 40 }),
    description: " hole ",
    photos,
  };
  assert.deepEqual(form.reportBody(filled, REFERENCE), {
    key: "key-1",
    category: "paving",
    lon: 116.1234568,
    lat: 40,
    description: "hole",
    whereabouts: "",
    lamp: null,
    patrol: null,
    photos: [{ id: "p", sha256: "aa", bytes: 3, type: "image/jpeg" }],
    visit: null,
  });
  assert.throws(() => form.reportBody(draft(), REFERENCE), /category, place/);
});

test("open cases of the category near, or of the lamp, may be the same thing", () => {
  const cases = [
    { id: 1, category: "lamp", lamp: 5, ...north(25) },
    { id: 2, category: "lamp", lamp: 6, ...north(31) },
    { id: 3, category: "paving", lamp: null, ...HERE },
    { id: 4, category: "lamp", lamp: 5, ...north(45) },
    { id: null, category: "lamp", lamp: null, ...HERE },
  ];
  const asked = { ...draft({ category: "lamp", ...HERE }), lamp: 5 };
  assert.deepEqual(
    form.alike(cases, asked).map(({ of }) => of.id),
    [1, 4],
  );
  assert.deepEqual(form.alike(cases, draft({ category: "lamp" })), []);
});

test("a refused report is mended under its key, its photos go as new ones", () => {
  const photo = { id: "p", sha256: "aa", bytes: 3, type: "image/jpeg" };
  const body = form.reportBody({ ...draft({ category: "paving", ...HERE }), photos: [photo] }, REFERENCE);
  const kept = [{ id: "p", blob: new Blob(["abc"]) }];
  const again = form.draftAgain({ id: "op-1", body }, kept, () => "q");
  assert.equal(again.key, "key-1");
  assert.equal(again.instead, "op-1");
  assert.deepEqual(
    again.photos.map(({ id, sha256 }) => [id, sha256]),
    [["q", "aa"]],
  );
  assert.deepEqual(form.draftAgain({ id: "op-1", body }, []).photos, []);
});

test("distances are right to a percent", () => {
  assert.ok(Math.abs(metresBetween(HERE, north(100)) - 100) < 1);
  // One minute of longitude at 40° north.
  assert.ok(Math.abs(metresBetween(HERE, { lon: 116 + 1 / 60, lat: 40 }) - 1423) < 15);
  assert.deepEqual(within([north(5), north(50)], null, 10), []);
});

// --- what is not sent yet -------------------------------------------------------------------------

const CASE = {
  id: 9,
  version: 3,
  state: "dispatched",
  category: "lamp",
  ...HERE,
  description: "d",
  whereabouts: "w",
  lamp: null,
  steps: ["start", "note"],
  photos: 1,
};
const operation = (id, kind, body, state = "waiting") => ({ id, kind, state, at: 1_000_000, body });

test("a new case is there at once, marked, until the server's own is", () => {
  const body = form.reportBody(draft({ category: "paving", ...HERE }), REFERENCE);
  const [made, known] = casesNow([CASE], [operation("a", "case.report", body)]);
  assert.deepEqual([made.id, made.key, made.pending, known], [null, "key-1", true, CASE]);
  assert.deepEqual(casesNow([CASE], [operation("a", "case.report", body, "applied")]), [CASE]);
});

test("steps of one's own follow each other without a network", () => {
  const steps = [operation("a", "case.step", { case: 9, step: "start" })];
  const [started] = casesNow([CASE], steps);
  assert.deepEqual([started.state, started.steps, started.after], ["in_progress", ["finish", "note"], ["a"]]);
  steps.push(operation("b", "case.step", { case: 9, step: "finish", photos: [{}] }));
  const [done] = casesNow([CASE], steps);
  assert.deepEqual([done.state, done.after, done.photos, done.version], ["done", ["a", "b"], 2, 3]);
  assert.equal(CASE.state, "dispatched");
});

test("an edit is shown over the case, field by field", () => {
  const edit = operation("a", "case.edit", { case: 9, changes: { description: "new", place: [1, 2] } });
  const [now] = casesNow([CASE], [edit]);
  assert.deepEqual([now.description, now.whereabouts, now.lon, now.lat], ["new", "w", 1, 2]);
  // An edit may end in a conflict: no step waits for it.
  assert.equal(now.after, undefined);
});

test("details are corrected until the work is done", () => {
  const editable = { ...CASE, steps: ["start", "edit", "note"] };
  const steps = [operation("a", "case.step", { case: 9, step: "start" })];
  assert.deepEqual(casesNow([editable], steps)[0].steps, ["finish", "edit", "note"]);
  steps.push(operation("b", "case.step", { case: 9, step: "finish" }));
  assert.deepEqual(casesNow([editable], steps)[0].steps, ["note"]);
});

test("of two taps on a lamp the last counts", () => {
  const taps = ["dark", "lit"].map((state, at) => ({
    ...operation(String(at), "lamp.seen", { lamp: 5, state }),
    at,
  }));
  const [lamp, other] = lampsNow([{ id: 5, state: "working" }, { id: 6 }], taps);
  assert.deepEqual([lamp.seen, lamp.pending, other], ["lit", true, { id: 6 }]);
});

test("only steps that need no list of the office's are offered, notes last", () => {
  const steps = ["note", "dispatch", "hold", "decline", "finish", "confirm"];
  assert.deepEqual(offered(REFERENCE, { steps }), ["finish", "decline", "note"]);
  assert.equal(needsNote(REFERENCE, "decline"), true);
  assert.equal(needsNote(REFERENCE, "note"), true);
  assert.equal(needsNote(REFERENCE, "finish"), false);
});

test("a step says which version was seen, and where one stood if that is told", () => {
  const told = stepBody("k", CASE, "verify", { note: " ok ", photos: [] }, { lon: 1.00000001, lat: 2 });
  assert.deepEqual(told, {
    key: "k",
    case: 9,
    step: "verify",
    saw: 3,
    note: "ok",
    photos: [],
    lon: 1,
    lat: 2,
  });
  assert.equal("lon" in stepBody("k", CASE, "start", { note: "", photos: [] }), false);
});

test("an edit names only what differs from what was there when it began", () => {
  const edit = newEdit(CASE);
  assert.equal(edit.saw, 3);
  assert.deepEqual(changesOf(edit), {});
  const changed = { ...edit, description: "e ", whereabouts: "w ", lat: 40.001 };
  assert.deepEqual(changesOf(changed), { description: "e", place: [116, 40.001] });
});
