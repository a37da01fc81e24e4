import assert from "node:assert/strict";
import { test } from "node:test";
import { answeredBy } from "../../../map_static/static/map_static/js/field/answers.js";
import { conflictsNow } from "../../../map_static/static/map_static/js/field/records_pending.js";
import {
  asking,
  conflictsOf,
  entries,
  mendedBy,
  parts,
  shareSent,
  shownState,
} from "../../../map_static/static/map_static/js/field/records_status.js";

const operation = (id, kind, state, body = {}, more = {}) => ({
  id,
  kind,
  state,
  at: Number(id),
  body,
  ...more,
});

test("what asks for somebody comes first, the newest of each first", () => {
  const found = parts(
    entries([
      operation("1", "lamp.seen", "applied"),
      operation("2", "lamp.seen", "waiting"),
      operation("3", "case.report", "rejected"),
      operation("4", "lamp.seen", "already_applied"),
      operation("5", "lamp.seen", "stuck"),
    ]),
  );
  const told = found.map(({ state, entries: all }) => [state, all.map(({ id }) => id)]);
  assert.deepEqual(told, [
    ["rejected", ["3"]],
    ["waiting", ["5", "2"]],
    ["delivered", ["4", "1"]],
  ]);
});

test("a patrol is one entry, and stands as the worst of its parts", () => {
  const patrol = { patrol: "p" };
  const [entry, other] = entries([
    operation("1", "patrol.start", "applied", patrol),
    operation("2", "patrol.fixes", "held", patrol),
    operation("3", "patrol.end", "waiting", patrol),
    operation("4", "patrol.start", "applied", { patrol: "q" }),
  ]).reverse();
  assert.deepEqual([entry.kind, entry.operations.length, entry.state], ["patrol", 3, "waiting"]);
  assert.equal(shownState(other), "delivered");
});

test("photos tell how far they are by their bytes", () => {
  const photos = [
    { operation: "1", bytes: 300, sent: 300, state: "delivered" },
    { operation: "1", bytes: 100, sent: 50, state: "waiting" },
    { operation: "2", bytes: 100, sent: 0, state: "refused" },
  ];
  const [second, first] = entries(
    [operation("1", "case.report", "applied"), operation("2", "case.report", "applied")],
    photos,
  );
  assert.deepEqual(first.photos, { all: 2, sent: 1, lost: 0 });
  assert.equal(first.share, 350 / 400);
  assert.equal(second.photos.lost, 1);
  assert.equal(shareSent([]), 1);
});

test("a refused record asks until it is sent again or left to the office", () => {
  const refused = operation("1", "case.report", "rejected");
  assert.equal(asking([refused], [{}]), 2);
  assert.equal(
    asking(
      [
        { ...refused, left: true },
        { ...refused, again: "2" },
      ],
      [],
    ),
    0,
  );
  const [part] = parts(entries([{ ...refused, left: true }]));
  assert.equal(part.state, "delivered");
});

test("each kind is mended on its own screen; a patrol only by the office", () => {
  assert.equal(mendedBy(operation("1", "case.report", "rejected")).screen, "case");
  assert.deepEqual(mendedBy(operation("1", "visit.record", "rejected", { visit: "v" })).params, {
    visit: "v",
    again: "1",
  });
  assert.equal(mendedBy(operation("1", "case.step", "rejected", { case: 4 })).params.case, 4);
  assert.equal(mendedBy(operation("1", "patrol.end", "rejected")), null);
  // Of a household that withdrew nothing is sent again.
  const withdrawn = operation("1", "visit.record", "rejected", { visit: "v" }, { code: "consent_withdrawn" });
  assert.equal(mendedBy(withdrawn), null);
});

test("of a visit to a household that withdrew no answer stays on the tablet", () => {
  const body = { key: "k", plan: "p", visit: "v", state: "done", answers: { food: "attention" } };
  const sent = operation("1", "visit.record", "waiting", body);
  const told = (code) => answeredBy(sent, { state: "rejected", code }, 5).body.answers;
  assert.equal(told("consent_withdrawn"), undefined);
  // What was refused for another reason can be mended and sent again.
  assert.deepEqual(told("bad_input"), { food: "attention" });
});

test("a conflict belongs to its entry; one of another tablet stands by itself", () => {
  const [entry] = entries([operation("1", "case.edit", "conflict")]);
  const conflicts = [
    { id: "a", operation: "1" },
    { id: "b", operation: "9" },
  ];
  assert.deepEqual(
    conflictsOf(entry, conflicts, []).map(({ id }) => id),
    ["a"],
  );
  assert.deepEqual(
    conflictsOf(null, conflicts, entry.operations).map(({ id }) => id),
    ["b"],
  );
});

test("a conflict decided here asks no more, though the decision is not sent", () => {
  const conflicts = [{ id: "a" }, { id: "b" }];
  const decided = operation("1", "conflict.decide", "waiting", { conflict: "a", keep: "mine" });
  assert.deepEqual(conflictsNow(conflicts, [decided]), [{ id: "b" }]);
  assert.deepEqual(conflictsNow(conflicts, [{ ...decided, state: "rejected" }]), conflicts);
});
