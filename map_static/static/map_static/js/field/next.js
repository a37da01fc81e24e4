// "What next?": the nearest street that is overdue, lamp to check, and visit due. Pure.

import { OnFoot } from "./on_foot.js";

/** A lamp that nobody looked at for so many days is worth a look; one that is known not to work,
 * whether it was mended, is so sooner. */
export const LAMP_DAYS = 30;
export const FAULTY_DAYS = 1;
const DAY = 86_400_000;

/**
 * What is nearest, each kind of thing by itself and all together by metres.
 *
 * `metres` are those to walk along the streets (`by: "street"`) where a way is known; else as the
 * crow flies (`by: "crow"`): who stands in a courtyard, or beyond the packages.
 *
 * @param {import("./packages.js").Ground} ground
 * @param {import("./coverage.js").Coverage} coverage
 * @param {Iterable<object>} lamps as the feed has them: id, lon, lat, state, seen_at
 * @param {Iterable<object>} visits as the feed has them: id, lon, lat, due
 * @param {[number, number]} position lon, lat
 * @param {number} now Unix milliseconds
 * @param {{most?: number}} [options] so many of each kind
 * @returns {Array<{what: "street"|"lamp"|"visit", metres: number, by: "street"|"crow",
 *   lon: number, lat: number}>} and of a street `segment` (id), `street`, `names`, `kind`, `open`
 *   (metres overdue on it); of a lamp `lamp` and `why` ("faulty"|"unseen"); of a visit `visit`
 */
export function nextThings(ground, coverage, lamps, visits, position, now, { most = 1 } = {}) {
  const ways = new OnFoot(ground, ...position);
  const places = [
    nearestPlaces(ground, ways, position, toCheck(lamps, now), most),
    nearestPlaces(ground, ways, position, toVisit(visits), most),
  ];
  return [...nearestStreets(ground, coverage, ways, position, most), ...places.flat()].sort(nearer);
}

const nearer = (a, b) => a.metres - b.metres;

function nearestStreets(ground, coverage, ways, [lon, lat], most) {
  const found = [];
  for (const [id, open] of coverage.now) {
    const segment = ground.segments.get(id);
    const way = ways.toStretches(segment, open);
    if (way) found.push({ id, ...way, by: "street" });
    else found.push({ id, ...asTheCrowFlies(ground, segment, open, lon, lat) });
  }
  // One street is one thing to do, also where many segments of it are open.
  const streets = new Set();
  const chosen = [];
  for (const { id, metres, dm, by } of found.sort(nearer)) {
    const { street, names, kind, cm } = ground.segments.get(id);
    const key = street || id;
    if (chosen.length === most || streets.has(key)) continue;
    streets.add(key);
    const [x, y] = spot(ground, id, dm);
    const open = coverage.openOf(id).reduce((sum, [a, b]) => sum + Math.min(b * 10, cm) - a * 10, 0) / 100;
    chosen.push({ what: "street", metres, by, lon: x, lat: y, segment: id, street, names, kind, open });
  }
  return chosen;
}

function asTheCrowFlies(ground, segment, open, lon, lat) {
  let best = { metres: Infinity, dm: 0, by: "crow" };
  for (const [start, end] of open) {
    const near = ground.plane.nearest(ground.part(segment.id, start, end), lon, lat);
    const dm = Math.round(start + near.share * (end - start));
    if (near.metres < best.metres) best = { metres: near.metres, dm, by: "crow" };
  }
  return best;
}

/** Where a position along a segment lies. */
function spot(ground, id, dm) {
  const { cm, line } = ground.segments.get(id);
  if (dm <= 0) return [line[0], line[1]];
  const part = ground.plane.part(line, 0, Math.min(1, (dm * 10) / cm));
  return [part.at(-2), part.at(-1)];
}

/** Lamps that are worth a look now: [{what: "lamp", lamp, why: "faulty"|"unseen"}]. */
export function toCheck(lamps, now) {
  const found = [];
  for (const lamp of lamps) {
    const days = lamp.seen_at == null ? Infinity : (now - time(lamp.seen_at)) / DAY;
    const why = lamp.state === "faulty" ? "faulty" : "unseen";
    if (days > (why === "faulty" ? FAULTY_DAYS : LAMP_DAYS)) found.push({ what: "lamp", lamp, why });
  }
  return found;
}

const time = (at) => (typeof at === "number" ? at : Date.parse(at));

/** Visits that are overdue or planned for today: [{what: "visit", visit}]. */
export function toVisit(visits) {
  const due = [...visits].filter((visit) => visit.due === "overdue" || visit.due === "today");
  return due.map((visit) => ({ what: "visit", visit }));
}

function nearestPlaces(ground, ways, [lon, lat], things, most) {
  const away = things.flatMap((thing) => {
    const at = thing.lamp ?? thing.visit;
    if (typeof at.lon !== "number" || typeof at.lat !== "number") return [];
    const crow = ground.plane.metres(lon, lat, at.lon, at.lat);
    return [{ ...thing, metres: crow, by: "crow", lon: at.lon, lat: at.lat, crow }];
  });
  // A way is never shorter than the crow's: what flies farther than the best ways is not nearer.
  const chosen = [];
  for (const { crow, ...thing } of away.sort(nearer)) {
    if (chosen.length >= most && crow >= chosen[most - 1].metres) break;
    const metres = ways.toPlace(thing.lon, thing.lat);
    chosen.push(metres === null ? thing : { ...thing, metres, by: "street" });
    chosen.sort(nearer);
    chosen.length = Math.min(chosen.length, most);
  }
  return chosen;
}
