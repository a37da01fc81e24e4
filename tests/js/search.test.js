import assert from "node:assert/strict";
import { test } from "node:test";

import { beside, MOST_RECENT, next, remembered, rowsOf } from "../../map_static/static/map_static/js/search_rows.js";

test("rows keep the order of the groups and say where one begins", () => {
  const rows = rowsOf([
    { kind: "street", found: [{ id: 1 }, { id: 2 }] },
    { kind: "lamp", found: [{ id: 9 }] },
  ]);
  assert.deepEqual(rows.map(({ group, item, first }) => [group, item.id, first]), [
    ["street", 1, true],
    ["street", 2, false],
    ["lamp", 9, true],
  ]);
});

test("arrows go round, Home and End only once a row is chosen", () => {
  assert.equal(next("ArrowDown", -1, 3), 0);
  assert.equal(next("ArrowDown", 2, 3), 0);
  assert.equal(next("ArrowUp", 0, 3), 2);
  assert.equal(next("ArrowUp", -1, 3), 2);
  assert.equal(next("Home", 2, 3), 0);
  assert.equal(next("End", 0, 3), 2);
  assert.equal(next("Home", -1, 3), null);
  assert.equal(next("ArrowDown", -1, 0), null);
  assert.equal(next("a", 0, 3), null);
});

test("what was gone to comes first, once, and old ones fall out", () => {
  let recent = [];
  for (let id = 0; id < MOST_RECENT + 2; id += 1) recent = remembered(recent, { kind: "street", id, name: "" });
  recent = remembered(recent, { kind: "street", id: 4, name: "" });
  assert.deepEqual(recent.map(({ id }) => id), [4, 6, 5, 3, 2]);
  assert.equal(remembered(recent, { kind: "lamp", id: 4, name: "" }).length, MOST_RECENT);
});

test("beside a name stands its area, unless that is its name", () => {
  assert.equal(beside({ name: "West", area_name: "West" }), "");
  assert.equal(beside({ name: "Row 1", area_name: "West" }), "West");
  assert.equal(beside({ name: "Li", area_name: "West", username: "li" }), "li · West");
});
