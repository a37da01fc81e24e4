import assert from "node:assert/strict";
import { test } from "node:test";
import { FlatIndex, flatten, flatX, flatY, part } from "../../../map_static/static/map_static/js/field/ground_index.js";

test("the square of web maps has Greenwich and the equator in its middle and north above", () => {
  assert.equal(flatX(0), 0.5);
  assert.equal(flatY(0), 0.5);
  assert.equal(flatX(-180), 0);
  assert.ok(flatY(60) < flatY(50));
  // EPSG:3857 by another formula: asinh(tan(latitude)).
  const other = 0.5 - Math.asinh(Math.tan((60.17 * Math.PI) / 180)) / (2 * Math.PI);
  assert.ok(Math.abs(flatY(60.17) - other) < 1e-12);
});

// a +------------+ b    a box finds what touches it, each once and in the order given
//        [box]          also what is longer than a bucket, and nothing that only shares its bucket
// c +-+            d (far away)
test("a box finds what may touch it, in order", () => {
  const line = (...places) => flatten(places);
  const long = { flat: line(24.9, 60.17, 25.1, 60.17) };
  const near = { flat: line(24.95, 60.1701, 24.9502, 60.1701) };
  const beside = { flat: line(24.953, 60.1701, 24.954, 60.1701) };
  const far = { flat: line(25.5, 60.5, 25.51, 60.51) };
  const index = new FlatIndex([near, long, beside, far]);
  const box = [flatX(24.9495), flatY(60.171), flatX(24.951), flatY(60.169)];
  assert.deepEqual(index.within(box), [near, long]);
  assert.deepEqual(index.within([0, 0, 1, 1]), [near, long, beside, far]);
  assert.deepEqual(index.within([0, 0, 0.001, 0.001]), []);
});

test("a part of a line keeps the corners between its ends", () => {
  const corner = [0, 0, 1, 0, 1, 1];
  assert.equal(part(corner, 0, 1), corner);
  assert.deepEqual(part(corner, 0.25, 0.75), [0.5, 0, 1, 0, 1, 0.5]);
  assert.deepEqual(part(corner, 0, 0.5).slice(0, 4), [0, 0, 1, 0]);
  assert.deepEqual(part([0, 0, 0, 0], 0.2, 0.4), []);
});

test("five thousand segments are found in a moment", () => {
  const things = Array.from({ length: 5000 }, (_, i) => {
    const [x, y] = [24.9 + (i % 100) * 1e-3, 60.1 + Math.floor(i / 100) * 1e-3];
    return { flat: flatten([x, y, x + 8e-4, y]) };
  });
  const index = new FlatIndex(things);
  const began = process.cpuUsage().user;
  let found = 0;
  for (let i = 0; i < 200; i += 1) {
    const [x, y] = [24.9 + (i % 90) * 1e-3, 60.1 + (i % 45) * 1e-3];
    found += index.within([flatX(x), flatY(y + 3e-3), flatX(x + 5e-3), flatY(y)]).length;
  }
  assert.ok(found > 200);
  assert.ok((process.cpuUsage().user - began) / 1000 / 200 < 2, "ms of the processor for a tile");
});
