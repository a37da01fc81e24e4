import assert from "node:assert/strict";
import { test } from "node:test";

import { givenBefore, givenFirst, modeOf, picks, polygonOf, rectangleOf, Selected, topmost } from "../../map_static/static/map_static/js/selected.js";

const lamps = (...ids) => ({ lamps: { count: ids.length, ids } });

test("a shape selects anew, adds or takes away", () => {
  const selected = new Selected();
  selected.take(lamps(1, 2), "replace");
  selected.take(lamps(2, 3), "add");
  assert.deepEqual(selected.ids("lamps"), [1, 2, 3]);
  selected.take(lamps(1), "remove");
  assert.deepEqual(selected.ids("lamps"), [2, 3]);
  selected.take({ cells: { count: 1, ids: ["990101001001001"] } }, "replace");
  assert.deepEqual([selected.ids("lamps"), selected.ids("cells")], [[], ["990101001001001"]]);
  selected.clear();
  assert.equal(selected.empty, true);
});

test("kinds of which there are too many are named and not selected", () => {
  const selected = new Selected();
  assert.deepEqual(selected.take({ lamps: { count: 9000, ids: [] } }, "replace"), [{ kind: "lamps", count: 9000 }]);
  assert.equal(selected.empty, true);
});

test("a tick takes one in and out", () => {
  const selected = new Selected();
  selected.tick("cases", 5, true);
  selected.tick("cells", "990101001001001", true);
  assert.equal(selected.has("cases", 5), true);
  assert.equal(selected.all, 2);
  selected.tick("cases", 5, false);
  assert.equal(selected.count("cases"), 0);
});

test("a polygon needs three corners and is closed", () => {
  assert.equal(polygonOf([[0, 0], [0, 0], [1, 1]]), null);
  assert.deepEqual(polygonOf([[0, 0], [1, 0], [1, 1]]).coordinates, [[[0, 0], [1, 0], [1, 1], [0, 0]]]);
  assert.equal(polygonOf(rectangleOf([0, 0], [0, 5])), null);
  assert.equal(polygonOf(rectangleOf([0, 0], [2, 5])).coordinates[0].length, 5);
});

test("Ctrl adds and Alt takes away, whatever is chosen", () => {
  assert.equal(modeOf({}, "remove"), "remove");
  assert.equal(modeOf({ ctrlKey: true }, "replace"), "add");
  assert.equal(modeOf({ metaKey: true }, "replace"), "add");
  assert.equal(modeOf({ altKey: true, ctrlKey: true }, "add"), "remove");
});

test("a click with Ctrl, Command or Shift picks what lies on top", () => {
  assert.deepEqual([{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { altKey: true }, {}].map(picks), [true, true, true, false, false]);
  const found = { lamps: { count: 1, ids: [3] }, cases: { count: 0, ids: [] }, streets: { count: 2, ids: [8, 9] } };
  assert.deepEqual(topmost(found), { kind: "lamps", id: 3 });
  assert.equal(topmost({ lamps: { count: 0, ids: [] } }), null);
});

test("first dispatches have nobody to be given back to", () => {
  assert.equal(givenFirst([{ before: null, refused: "" }, { before: null, refused: "No." }, { before: { crew: 1 }, refused: "" }]), 1);
});

test("what can be given back is grouped by who had it", () => {
  const groups = givenBefore([
    { id: 1, before: { crew: 4, assignee: null } },
    { id: 2, before: null },
    { id: 3, before: { crew: 4, assignee: null } },
    { id: 5, before: { crew: null, assignee: 8 } },
  ]);
  assert.deepEqual(groups, [
    { crew: 4, assignee: null, ids: [1, 3] },
    { crew: null, assignee: 8, ids: [5] },
  ]);
});
