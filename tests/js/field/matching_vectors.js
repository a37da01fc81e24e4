// What the matcher in Python gives (tests/vectors), as the modules of the tablet take it.
import { readFileSync } from "node:fs";

const FOLDER = new URL("../../vectors/matching/", import.meta.url);

export const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));

export const linesOf = ({ mm, start, ends }) => ({
  xy: Float64Array.from(mm, (value) => value / 1000),
  start: Int32Array.from(start),
  ends: Float64Array.from(ends),
});

export const fixesOf = ({ cm, ms, from_ms: from, accuracy_dm: told }) => ({
  xy: Float64Array.from(cm, (value) => value / 100),
  seconds: Float64Array.from(ms, (value) => (from + value) / 1000),
  accuracy: Float64Array.from(told ?? ms.map(() => null), (value) => (value === null ? NaN : value / 10)),
  total: ms.length,
});

const degrees = (whole) => Float64Array.from(whole, (value) => value / 1e7);
const scaled = (value, scale) => (value === null ? null : value / scale);

export const groundOf = ({ segments, links, buildings }) => ({
  segments: new Map(segments.map((one) => [one.id, { ...one, line: degrees(one.line) }])),
  links,
  buildings: new Map(buildings.map((one) => [one.id, { ...one, rings: one.rings.map(degrees) }])),
});

export const listOf = ({ lon, lat, ms, accuracy_dm: told }) =>
  ms.map((_, i) => ({
    lon: scaled(lon[i], 1e7),
    lat: scaled(lat[i], 1e7),
    ms: ms[i],
    accuracy: scaled(told[i], 10),
  }));
