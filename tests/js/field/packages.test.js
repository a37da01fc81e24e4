import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, Ground, streetName, UnknownFormat } from "../../../map_static/static/map_static/js/field/packages.js";
import { A, at, B } from "./ground.js";

const near = (a, b, within) => assert.ok(Math.abs(a - b) <= within, `${a} is not about ${b}`);

test("a package of another form is refused, not misread", () => {
  assert.throws(() => decode({ ...A(), format: 2 }), UnknownFormat);
  assert.throws(() => decode(null), UnknownFormat);
});

test("lines come back to the last digit", () => {
  const { line } = new Ground([A()]).segments.get(1);
  assert.deepEqual([...line], [...at(0, 0), ...at(100, 0)]);
});

test("a segment of two packages is one, with its own stretches from both and their cadences", () => {
  for (const order of [[A(), B()], [B(), A()], [decode(B()), A()]]) {
    const ground = new Ground(order);
    assert.deepEqual([...ground.segments.keys()], [1, 2, 3, 4, 5]);
    assert.deepEqual(ground.segments.get(2).own, [[0, 500, 7], [500, 1000, 3]]);
    assert.equal(ground.segments.get(2).cadence, 3);
    // Segment 1 lies in B's package too, but it is A's: A's cadence counts.
    assert.equal(ground.segments.get(1).cadence, 7);
    assert.equal(ground.buildings.size, 1);
    assert.equal(ground.buildings.get(7).own, true);
    assert.deepEqual(ground.links, [[5, 0, 1000, 1, 0, 1000]]);
    assert.deepEqual([...ground.cells.keys()].sort(), ["001", "002"]);
  }
});

test("no package is an empty ground, and asks nothing of anybody", () => {
  const ground = new Ground([]);
  assert.equal(ground.bounds, null);
  assert.equal(ground.segmentAt(...at(0, 0), 100), null);
  assert.equal(ground.cellAt(...at(0, 0)), null);
});

test("the nearest segment, and where along it", () => {
  const ground = new Ground([A(), B()]);
  const found = ground.segmentAt(...at(130, 6), 20);
  assert.equal(found.segment.id, 2);
  near(found.metres, 6, 0.1);
  near(found.dm, 300, 1);
  assert.equal(ground.segmentAt(...at(130, 30), 20), null);
  // A sidewalk is nearer, a street was asked for.
  assert.equal(ground.segmentAt(...at(50, -4), 20).segment.id, 5);
  assert.equal(ground.segmentAt(...at(50, -4), 20, (s) => s.duty).segment.id, 1);
});

test("a house with a yard: inside is 0 m away, the yard is outside", () => {
  const ground = new Ground([A()]);
  assert.equal(ground.nearBuilding(...at(25, 25), 20).metres, 0);
  near(ground.nearBuilding(...at(40, 40), 20).metres, 10, 0.1);
  near(ground.nearBuilding(...at(70, 40), 20).metres, 10, 0.1);
  assert.equal(ground.nearBuilding(...at(85, 40), 20), null);
});

test("lamps, cells and boxes", () => {
  const ground = new Ground([A(), B()]);
  assert.equal(ground.nearLamp(...at(40, 0), 10).lamp.number, "L-3");
  assert.equal(ground.nearLamp(...at(60, 0), 10), null);
  assert.equal(ground.cellAt(...at(20, 10)).code, "001");
  assert.equal(ground.cellAt(...at(220, 10)).code, "002");
  assert.equal(ground.cellAt(...at(320, 10)), null);
  const inBox = (west, east) => ground.segmentsIn([...at(west, -2), ...at(east, 2)]).map((s) => s.id);
  assert.deepEqual(inBox(120, 180), [2]);
  assert.deepEqual(inBox(-1e5, 1e5), [1, 2, 3, 4]);
});

test("a stretch as a line, for drawing", () => {
  const ground = new Ground([A()]);
  const line = ground.part(2, 250, 750);
  const ends = [...at(125, 0), ...at(175, 0)];
  assert.equal(line.length, 4);
  ends.forEach((degrees, i) => near(line[i], degrees, 2e-7));
  assert.equal(ground.part(2, 750, 750).length, 0);
  assert.equal(ground.part(999, 0, 10).length, 0);
});

test("a street is called by its name in the language, else by its own", () => {
  const { segments } = new Ground([A()]);
  assert.equal(streetName(segments.get(1), "zh-hans"), "长街");
  assert.equal(streetName(segments.get(1), "en"), "Long Street");
  assert.equal(streetName(segments.get(4), "zh-hans"), "Back Lane");
  assert.equal(streetName(segments.get(5), "en"), "");
});
