import assert from "node:assert/strict";
import { test } from "node:test";
import { LocalProjection } from "../../map_static/static/map_static/js/field/matching/projection.js";
import { crc32 } from "../../map_static/static/map_static/js/pdf.js";
import {
  barMetres,
  metresOfPixel,
  millimetresOfPixel,
  PAPERS,
  SCALES,
  sheetOf,
  zoomFor,
} from "../../map_static/static/map_static/js/sheet_scale.js";

/** Pixels of Web Mercator at zoom 0, as Leaflet projects. */
function pixels(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return [(256 * (lon + 180)) / 360, 128 - (256 * Math.log((1 + sine) / (1 - sine))) / (4 * Math.PI)];
}

for (const lat of [0, 23.1, 39.9, 60.17, -45]) {
  test(`a pixel at ${lat} degrees is as long on paper as in the local projection`, () => {
    const plane = new LocalProjection(114, lat);
    const of = metresOfPixel(lat, 0);
    const [x0, y0] = pixels(114, lat);
    for (const [dLon, dLat] of [[0.005, 0], [0, 0.005]]) {
      const at = [0, 0];
      plane.forward(114 + dLon, lat + dLat, at, 0);
      const [x, y] = pixels(114 + dLon, lat + dLat);
      const drawn = Math.hypot((x - x0) * of.east, (y - y0) * of.north);
      assert.ok(Math.abs(drawn / Math.hypot(...at) - 1) < 2e-4, `${drawn} for ${Math.hypot(...at)}`);
    }
  });
}

test("what is drawn on paper is about as large as on the screen, at each scale", () => {
  for (const scale of SCALES) {
    const zoom = zoomFor(39.9, scale);
    const { east } = millimetresOfPixel(39.9, zoom, scale);
    const larger = east / (25.4 / 96);
    assert.ok(larger > 0.7 && larger < 1.42, `1:${scale} at zoom ${zoom}: ${larger}`);
  }
});

test("the map lies on the paper with its margins, either way round", () => {
  for (const paper of Object.keys(PAPERS)) {
    for (const landscape of [true, false]) {
      const { width, height, map } = sheetOf(paper, landscape);
      assert.equal(width > height, landscape);
      assert.equal(map.x + map.width + 10, width);
      assert.ok(map.y >= 20 && map.y + map.height <= height - 20);
    }
  }
});

test("the scale bar is a round length that has room", () => {
  assert.deepEqual(SCALES.map(barMetres), [20, 50, 100, 100, 200, 500, 1000]);
});

test("the check sum is that of the standard", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});
