import assert from "node:assert/strict";
import { test } from "node:test";

import { choosable, pathOf } from "../../map_static/static/map_static/js/admin_divisions.js";

test("a division is told with what lies above it, from the province down", () => {
  const above = [
    { code: "11", name: "北京市" },
    { code: "1101", name: "东城区" },
  ];
  assert.equal(pathOf({ above }), "北京市 › 东城区");
  assert.equal(pathOf({ above: [] }), "");
});

test("no area is made of a province", () => {
  const found = [{ level: "province" }, { level: "city" }, { level: "community" }];
  assert.deepEqual(choosable(found), found.slice(1));
});
