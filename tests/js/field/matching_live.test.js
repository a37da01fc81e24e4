// A walk matched as it grows: whatever the batches, byte for byte the same as all at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveWalk, networkOf } from "../../../map_static/static/map_static/js/field/matching/live_walk.js";
import { MAX_SPEED, Matcher, TrackMatch } from "../../../map_static/static/map_static/js/field/matching/matcher.js";
import { RouteTable } from "../../../map_static/static/map_static/js/field/matching/routes.js";
import { fixesOf, groundOf, linesOf, listOf, read } from "./matching_vectors.js";

const walks = read("walks");
const [onFoot] = walks;

/** Numbers that look random and are the same in every run. */
function* numbers(seed) {
  let state = seed;
  for (;;) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

const wholeWalk = (network, fixes, mode) => {
  const walk = new LiveWalk(network, { mode });
  walk.add(fixes);
  return walk.soFar();
};

for (const vector of read("random")) {
  test(`in batches: ${vector.name}`, () => {
    const { xy, seconds, accuracy, total } = fixesOf(vector.fixes);
    const options = { maxSpeed: MAX_SPEED[vector.mode] };
    // Each with routes of its own: what one knows may not help the other.
    const live = new TrackMatch(new Matcher(linesOf(vector.network)), options);
    for (let count = 7; count < total; count += total > 100 ? 23 : 1) {
      const matcher = new Matcher(linesOf(vector.network));
      const whole = new TrackMatch(matcher, options).follow(xy, seconds, accuracy, count);
      assert.deepEqual(live.follow(xy, seconds, accuracy, count), whole);
    }
    assert.deepEqual(live.follow(xy, seconds, accuracy, total).found.edge, vector.match.edge);
  });
}

for (const vector of walks) {
  test(`fix by fix, late ones too: ${vector.name}`, () => {
    const network = networkOf(groundOf(vector.ground));
    const dice = numbers(3);
    const fixes = listOf(vector.fixes).slice(0, 180);
    // One in nine comes up to twelve places late, some twice.
    const order = fixes.map((_, i) => i + (dice.next().value < 1 / 9 ? 12 * dice.next().value : 0));
    const late = fixes.map((_, i) => i).sort((a, b) => order[a] - order[b]).map((i) => fixes[i]);
    late.splice(90, 0, ...late.slice(70, 75));
    const live = new LiveWalk(network, { mode: vector.mode });
    late.forEach((fix, i) => {
      live.add([fix]);
      if (i % 13 === 0) live.soFar();
      if (i % 52 === 0) assert.deepEqual(live.soFar(), wholeWalk(network, late.slice(0, i + 1), vector.mode));
    });
    assert.deepEqual(live.soFar(), wholeWalk(network, late, vector.mode));
  });
}

//  >>>>>   (a gap)   >>>>>        then a late batch fills the gap
test("two pieces become one when the fixes between them come", () => {
  const vector = walks[1];
  const network = networkOf(groundOf(vector.ground));
  const fixes = listOf(vector.fixes);
  const live = new LiveWalk(network, { mode: "foot" });
  const apart = [...fixes.slice(0, 150), ...fixes.slice(260, 500)];
  live.add(apart);
  assert.equal(live.soFar().pieces.length, 2);
  assert.deepEqual(live.soFar().pieces[0][0], 0);
  live.add(fixes.slice(150, 260));
  const { stretches, pieces } = live.soFar();
  assert.equal(pieces.length, 1);
  assert.deepEqual(stretches, wholeWalk(network, fixes.slice(0, 500), "foot").stretches);
});

test("nothing new is no new work", () => {
  const network = networkOf(groundOf(onFoot.ground));
  const live = new LiveWalk(network, { mode: "foot" });
  live.add(listOf(onFoot.fixes).slice(0, 50));
  const before = live.soFar();
  live.add([]);
  assert.equal(live.soFar(), before);
});

test("without a fix, or without a street, nothing was walked", () => {
  const nowhere = { segments: new Map(), links: [], buildings: new Map() };
  const empty = new LiveWalk(networkOf(nowhere), { mode: "foot" });
  const none = { matched: 0, offStreet: 0, covered: 0, certain: 0 };
  assert.deepEqual(empty.soFar().metres, none);
  assert.deepEqual(empty.soFar().pieces, []);
  empty.add(listOf(onFoot.fixes));
  const { fixes, stretches, metres } = empty.soFar();
  assert.deepEqual([fixes, stretches, metres], [onFoot.fixes.ms.length, [], none]);
});

test("a walk is on foot or by bicycle", () => {
  const network = networkOf(groundOf(onFoot.ground));
  assert.throws(() => new LiveWalk(network, { mode: "bus" }), RangeError);
});

test("a table of routes that starts anew in between changes nothing", () => {
  const vector = read("random").find(({ name }) => name === "grid, stays");
  const { xy, seconds, accuracy, total } = fixesOf(vector.fixes);
  const matcher = new Matcher(linesOf(vector.network));
  matcher.routes = new RouteTable(matcher.graph, { mostSlots: 20 });
  const live = new TrackMatch(matcher);
  for (let count = 50; count < total; count += 50) live.follow(xy, seconds, accuracy, count);
  assert.deepEqual(live.follow(xy, seconds, accuracy, total).found.edge, vector.match.edge);
  assert.ok(matcher.routes.age > 2);
});

//  A fix a second for four hours, as after a reload: the vector's walk again and again.
test("four hours of fixes are taken in at once, quickly", () => {
  const vector = walks[1];
  const network = networkOf(groundOf(vector.ground));
  const once = listOf(vector.fixes);
  const [first, last] = [once[0].ms, once.at(-1).ms];
  const fixes = [];
  for (let lap = 0; fixes.length < 14_400; lap++) {
    // There and back, so that no lap begins where the one before did not end.
    const way = lap % 2 ? [...once].reverse() : once;
    for (const fix of way) {
      const since = lap % 2 ? last - fix.ms : fix.ms - first;
      fixes.push({ ...fix, ms: first + lap * (last - first + 1000) + since });
    }
  }
  const began = process.cpuUsage();
  const { stretches } = wholeWalk(network, fixes.slice(0, 14_400), "foot");
  const { user, system } = process.cpuUsage(began);
  assert.ok(stretches.length > 200);
  assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`);
  console.log(`# four hours: ${Math.round((user + system) / 1000)} ms`);
});
