// The matcher beside the one in Python: the same edges in the same order, the same decimetres.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Cleaner, REASONS } from "../../../map_static/static/map_static/js/field/matching/clean.js";
import { LiveWalk, networkOf } from "../../../map_static/static/map_static/js/field/matching/live_walk.js";
import { MAX_SPEED, Matcher, TrackMatch } from "../../../map_static/static/map_static/js/field/matching/matcher.js";
import { PRICES } from "../../../map_static/static/map_static/js/field/matching/prices.js";
import { LocalProjection } from "../../../map_static/static/map_static/js/field/matching/projection.js";
import { fixesOf, groundOf, linesOf, listOf, read } from "./matching_vectors.js";

const MODULES = new URL("../../../map_static/static/map_static/js/field/matching/", import.meta.url);

const near = (one, other, within, what) =>
  assert.ok(Math.abs(one - other) <= within, `${what}: ${one}, not ${other}`);

test("both matchers charge the same and have the same rules", () => {
  const [{ prices, rules }] = read("numbers");
  const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const told = Object.entries(prices).map(([name, value]) => [camel(name), value]);
  assert.deepEqual(PRICES, Object.fromEntries(told));
  const number = /^(?:export )?const ([A-Z_]+) = ([-\d._e]+);/gm;
  const own = readdirSync(MODULES).flatMap((name) => {
    const source = readFileSync(new URL(name, MODULES), "utf8");
    return [...source.matchAll(number)].map(([, rule, value]) => [rule, Number(value.replaceAll("_", ""))]);
  });
  assert.deepEqual(Object.fromEntries(own.filter(([rule]) => rule in rules).sort()), rules);
});

test("ten kilometres from its origin the plane is PROJ's to a micrometre", () => {
  for (const { origin, lonlat, xy } of read("projection")) {
    const plane = new LocalProjection(...origin);
    const found = [0, 0];
    lonlat.forEach(([lon, lat], i) => {
      plane.forward(lon, lat, found, 0);
      near(found[0], xy[i][0], 1e-6, "x");
      near(found[1], xy[i][1], 1e-6, "y");
    });
  }
});

const tracks = { truths: read("truths"), random: read("random") };
// Walks made on the fly: tests/spatial/test_vectors.py.
const { GRIDWALK_VECTORS: fresh } = process.env;
if (fresh) tracks.fresh = JSON.parse(readFileSync(fresh, "utf8"));

for (const [name, vectors] of Object.entries(tracks)) {
  for (const vector of vectors) {
    test(`${name}: ${vector.name}`, () => {
      const { xy, seconds, accuracy, total } = fixesOf(vector.fixes);
      const options = { maxSpeed: MAX_SPEED[vector.mode] };
      const cleaner = new Cleaner();
      cleaner.clean(xy, seconds, accuracy, total, { ...options, metres: true });
      assert.deepEqual(cleaner.dropped, vector.match.dropped);
      assert.deepEqual(cleaner.pieces, vector.match.pieces);
      const track = new TrackMatch(new Matcher(linesOf(vector.network)), options);
      const told = track.follow(xy, seconds, accuracy, total);
      const { edge, start_m, end_m, seconds: when, confidence } = vector.match;
      assert.deepEqual(told.found.edge, edge);
      edge.forEach((_, k) => {
        near(told.found.start[k], start_m[k], 1e-4, `start of ${k}`);
        near(told.found.end[k], end_m[k], 1e-4, `end of ${k}`);
        near(told.found.seconds[k], when[k], 1e-3, `seconds of ${k}`);
        near(told.found.confidence[k], confidence[k], 1e-4, `confidence of ${k}`);
      });
      near(told.pathMetres, vector.match.path_metres, 1e-3, "metres");
      near(told.offMetres, vector.match.off_metres, 1e-3, "metres off");
    });
  }
}

for (const vector of read("walks")) {
  test(`walks: ${vector.name}`, () => {
    const network = networkOf(groundOf(vector.ground));
    const walk = new LiveWalk(network, { mode: vector.mode });
    walk.add(listOf(vector.fixes));
    const { metres, stretches, ...told } = walk.soFar();
    const { origin, metres: expected, stretches: rows, ...others } = vector.walk;
    assert.deepEqual([network.projection.lon, network.projection.lat], origin);
    assert.deepEqual(stretches.map((row) => row.slice(0, 4)), rows.map((row) => row.slice(0, 4)));
    stretches.forEach((row, k) => near(row[4], rows[k][4], 1e-3, `confidence of ${k}`));
    for (const what of ["matched", "offStreet"]) near(metres[what], expected[what], 1e-3, what);
    // Stored to a tenth of a metre.
    for (const what of ["covered", "certain"]) near(metres[what], expected[what], 0.0501, what);
    assert.deepEqual(told, { ...others, fixes: vector.fixes.ms.length });
  });
}

test("every reason to drop a fix occurs", () => {
  const seen = read("walks").concat(tracks.random).map(({ walk, match }) => (walk ?? match).dropped);
  for (const reason of REASONS) assert.ok(seen.some((dropped) => dropped[reason] > 0), reason);
});
