import assert from "node:assert/strict";
import { test } from "node:test";
import { BadFile, kindOf, MOST_CORNERS, read } from "../../map_static/static/map_static/js/own_file_reader.js";

const point = (lon, lat, properties = {}) => ({
  type: "Feature",
  properties,
  geometry: { type: "Point", coordinates: [lon, lat] },
});
const geojson = (of) => read(JSON.stringify(of), "geojson");
const refused = (of, reason) =>
  assert.rejects(geojson(of), (error) => error instanceof BadFile && error.reason === reason, reason);

test("only a place and a name are taken from a feature", async () => {
  const hostile = point(24, 60, { name: "<img src=x onerror=alert(1)>", style: "x", __proto__: { evil: 1 } });
  const { features, counts, bounds } = await geojson({ type: "FeatureCollection", features: [hostile] });
  assert.deepEqual(features, [point(24, 60, { name: "<img src=x onerror=alert(1)>" })]);
  assert.deepEqual(counts, { points: 1, lines: 0, areas: 0 });
  assert.deepEqual(bounds, [24, 60, 24, 60]);
});

test("names are cut, and a name that is no text is none", async () => {
  const names = [{ name: "x".repeat(500) }, { name: { toString: 1 } }, { title: "Way" }];
  const { features } = await geojson({ type: "FeatureCollection", features: names.map((p) => point(1, 2, p)) });
  assert.deepEqual(features.map(({ properties }) => properties.name.length), [80, 0, 3]);
});

test("collections in collections are laid flat, heights left out", async () => {
  const line = { type: "LineString", coordinates: [[1, 2, 99], [3, 4, 99]] };
  const ring = [[0, 0], [5, 0], [5, 5], [0, 0]];
  const both = { type: "GeometryCollection", geometries: [line, { type: "MultiPolygon", coordinates: [[ring], [ring]] }] };
  const { features, counts, bounds } = await geojson({ type: "Feature", properties: null, geometry: both });
  assert.deepEqual(features[0].geometry.coordinates, [[1, 2], [3, 4]]);
  assert.deepEqual(counts, { points: 0, lines: 1, areas: 2 });
  assert.deepEqual(bounds, [0, 0, 5, 5]);
});

test("what cannot be drawn is refused with its reason", async () => {
  await refused({ type: "FeatureCollection", features: [] }, "empty");
  await refused({ type: "FeatureCollection", features: {} }, "unreadable");
  await refused({ type: "Feature", properties: {}, geometry: null }, "empty");
  await refused({ type: "Topology" }, "unreadable");
  await refused({ type: "toString" }, "unreadable");
  await refused(null, "unreadable");
  await refused(point("24", 60), "unreadable");
  await refused({ type: "LineString", coordinates: [1, 2] }, "unreadable");
  await refused(point(385_000, 6_672_000), "not_wgs84");
  await refused({ ...point(24, 60), crs: { type: "name", properties: { name: "EPSG:3067" } } }, "not_wgs84");
  await assert.rejects(read("{", "geojson"), BadFile);
});

test("longitude and latitude by their name are taken", async () => {
  for (const name of ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]) {
    const { counts } = await geojson({ ...point(24, 60), crs: { type: "name", properties: { name } } });
    assert.equal(counts.points, 1, name);
  }
});

test("depth and number of corners have an end", async () => {
  let deep = { type: "Point", coordinates: [1, 2] };
  for (let nth = 0; nth < 20; nth += 1) deep = { type: "GeometryCollection", geometries: [deep] };
  await refused(deep, "unreadable");
  const corners = Array.from({ length: MOST_CORNERS + 1 }, () => [1, 2]);
  await refused({ type: "LineString", coordinates: corners }, "too_dense");
});

test("entities of a file's own are refused before it is read", async () => {
  const gpx = '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaa">]><gpx>&a;</gpx>';
  await assert.rejects(read(gpx, "gpx"), (error) => error.reason === "no_entities");
});

test("a file's kind is told by its name", () => {
  assert.deepEqual(["A.GPX", "b.json", "c.x.kml"].map(kindOf), ["gpx", "geojson", "kml"]);
  for (const name of ["a.kmz", "gpx", "a.constructor", ""]) assert.throws(() => kindOf(name), BadFile, name);
});
