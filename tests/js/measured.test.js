import assert from "node:assert/strict";
import { test } from "node:test";
import { area, distance } from "../../map_static/static/map_static/js/measured.js";

// The server's figures: spatial.projection.LocalProjection.around(box), then shapely's length and
// area, written down in measured_vectors.js.
const { vectors } = await import("./measured_vectors.js");

test("distances and areas are the server's to less than a tenth of a percent", () => {
  for (const { ring, metres, square_metres: square } of vectors) {
    assert.ok(Math.abs(distance(ring) / metres - 1) < 1e-6, `${distance(ring)} for ${metres}`);
    assert.ok(Math.abs(area(ring) / square - 1) < 1e-6, `${area(ring)} for ${square}`);
  }
});

test("one point is no distance and two are no area", () => {
  assert.deepEqual([distance([]), distance([[1, 2]]), area([[1, 2], [2, 3]])], [0, 0, 0]);
});
