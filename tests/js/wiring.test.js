import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest, Wiring } from "../../map_static/static/map_static/js/wiring.js";

//   cabinet X (0, 0)      cabinet Y (9, 9)
//   circuits 1 and 2      circuit 3: 31
//   1: 11 – 12 – 13          50 hangs nowhere
//           └─ 2 …
const circuit = (id, at) => ({ id, name: `C${id}`, at });
const lamp = (id, of, before, at, more = {}) => ({
  id,
  number: String(id),
  at,
  circuit: of,
  from_lamp: before,
  line: of && [[0, 0], at],
  routed: false,
  metres: null,
  ...more,
});
const wiring = new Wiring({
  circuits: [circuit(1, [0, 0]), circuit(2, [0, 0]), circuit(3, [9, 9])],
  lamps: [
    lamp(11, 1, null, [1, 0]),
    lamp(12, 1, 11, [2, 0]),
    lamp(13, 1, 12, [3, 0], { routed: true, metres: 7 }),
    lamp(2, 1, 12, [2, 1]),
    lamp(31, 3, null, [8, 9]),
    lamp(50, null, null, [5, 5]),
  ],
});

test("what lies behind a lamp goes along with it", () => {
  assert.deepEqual(wiring.behind(11).sort(), [12, 13, 2]);
  assert.deepEqual(wiring.behind(13), []);
});

test("why a lamp cannot hang somewhere", () => {
  const why = (id, of, before) => wiring.hindrance(id, { circuit: of, lamp: before });
  assert.equal(why(12, 3, 31), null);
  assert.equal(why(12, 2, null), null);
  assert.equal(why(50, 1, 13), null);
  assert.equal(why(12, 1, 13), "circle");
  assert.equal(why(11, 1, 2), "circle");
  assert.equal(why(12, 1, 12), "self");
  assert.equal(why(12, null, 50), "loose_on");
  assert.equal(why(12, 1, 11), "same");
  assert.equal(why(11, 1, null), "same");
  assert.equal(why(11, 2, null), null);
});

test("lamps are listed by their numbers as numbers", () => {
  assert.deepEqual(wiring.lampsOf(1).map(({ id }) => id), [2, 11, 12, 13]);
  assert.deepEqual(wiring.lampsOf(null).map(({ id }) => id), [50]);
});

test("a cabinet of several circuits stands for the one that is meant", () => {
  const box = (preferred) => wiring.spots(preferred).filter(({ lamp: id, at }) => id === null && at[0] === 0);
  assert.deepEqual(box([2, 1]), [{ at: [0, 0], lamp: null, circuit: 2 }]);
  assert.deepEqual(box([3, 1]), [{ at: [0, 0], lamp: null, circuit: 1 }]);
  assert.deepEqual(box([]).length, 1);
});

test("taking a change back sends the way of the cable too, where it was known", () => {
  assert.equal(wiring.asFed(50), null);
  assert.deepEqual(wiring.asFed(2), { circuit: 1, from_lamp: 12 });
  const line = { type: "LineString", coordinates: [[0, 0], [3, 0]] };
  assert.deepEqual(wiring.asFed(13), { circuit: 1, from_lamp: 12, line, metres: 7 });
});

test("the nearest spot within reach", () => {
  const spots = [{ at: [0, 0] }, { at: [10, 0] }];
  const pixel = ([x, y]) => ({ x, y });
  assert.equal(nearest(spots, { x: 7, y: 0 }, 5, pixel), spots[1]);
  assert.equal(nearest(spots, { x: 4, y: 0 }, 5, pixel), spots[0]);
  assert.equal(nearest(spots, { x: 5, y: 9 }, 5, pixel), null);
});
