// What there is to do in the own cells, for the screens: counts, and lists by nearness.
import { coverageNow } from "./coverage_now.js";
import { nextThings, toCheck } from "./next.js";
import { streetName } from "./packages.js";
import { casesNow, lampsNow, visitsNow } from "./records_pending.js";
import { byNearness } from "./records_place.js";
import { categoryOf, named } from "./records_reference.js";

const MOST_OF_A_KIND = 12;
const MOST_CASES = 40;
const DONE = new Set(["closed", "declined", "merged", "verified"]);

export const isOpen = ({ state }) => !DONE.has(state);

const openCases = ({ data }) => casesNow(data.cases(), data.operations()).filter(isOpen);

/** Visits nobody recorded yet. */
const visitsLeft = ({ data }) =>
  visitsNow(data.visits(), data.operations()).filter(({ recorded }) => !recorded);

/** Lamps without those that somebody just looked at from here. */
const lampsLeft = ({ data }) =>
  lampsNow(data.lamps(), data.operations()).filter(({ pending }) => !pending);

/** How many {visits, cases, lamps} wait, and the overdueMetres of the own cells. */
export function todo(app) {
  return {
    visits: visitsLeft(app).length,
    cases: openCases(app).length,
    lamps: toCheck(lampsLeft(app), app.now()).length,
    overdueMetres: coverageNow(app)?.totals().overdue ?? 0,
  };
}

/** A street's name for the reader; its kind where it has none. */
function nameOf({ data, settings, words }, one) {
  const name = streetName(one, settings.language);
  const kind = named(data.reference()?.street_kinds?.[one.kind], settings.language);
  return name || (kind ? words("field.walk.unnamed_kind", { kind }) : words("field.walk.unnamed"));
}

/** A sentence about a segment at a place along it (Ground.segmentAt): its name, and when it was walked. */
export function lastWalked(app, { segment, dm }) {
  const name = nameOf(app, segment);
  const pieces = coverageNow(app).stretches(segment.id);
  const piece = pieces.find(({ from, to }) => dm >= from && dm < to) ?? pieces.at(-1);
  if (!piece?.own) return app.words("field.map.not_own", { street: name });
  if (piece.age === null) return app.words("field.map.never_walked", { street: name });
  const key = piece.age === 0 ? "field.map.walked_today" : "field.map.walked";
  return app.words(key, { street: name, n: piece.age });
}

/** The lines of what is overdue on segments, flat lon, lat. */
const linesOf = (ground, coverage, ids) =>
  ids.flatMap((id) => coverage.openOf(id).map(([start, end]) => ground.part(id, start, end)));

/** Streets of own cells with overdue metres, most first: [{street, metres, lines}]. */
export function openStreets(app) {
  const coverage = coverageNow(app);
  if (!coverage) return [];
  const ground = app.data.ground();
  return coverage.open().map((one) => ({
    street: nameOf(app, one),
    metres: one.metres,
    lines: linesOf(ground, coverage, one.segments),
  }));
}

/**
 * Streets, lamps, visits and open cases, the nearest to `from` {lon, lat} first: [{what, id, name,
 * note, metres, lon, lat, lines?, open?: [screen, params]}].
 */
export function nextList(app, from) {
  const cases = byNearness(openCases(app), from).slice(0, MOST_CASES);
  return [...nearThings(app, from), ...cases.map((found) => aCase(app, found))].sort(
    (a, b) => a.metres - b.metres,
  );
}

function nearThings(app, { lon, lat }) {
  const coverage = coverageNow(app);
  if (!coverage) return [];
  const ground = app.data.ground();
  const options = { most: MOST_OF_A_KIND };
  const [lamps, visits] = [lampsLeft(app), visitsLeft(app)];
  const things = nextThings(ground, coverage, lamps, visits, [lon, lat], app.now(), options);
  const made = { street: aStreet, lamp: aLamp, visit: aVisit };
  return things.map((thing) => ({
    what: thing.what,
    metres: thing.metres,
    lon: thing.lon,
    lat: thing.lat,
    ...made[thing.what](app, thing, coverage),
  }));
}

function aStreet(app, thing, coverage) {
  return {
    id: thing.segment,
    name: nameOf(app, thing),
    note: app.words("field.next.metres_overdue", { metres: app.say.metres(thing.open) }),
    lines: linesOf(app.data.ground(), coverage, [thing.segment]),
  };
}

function aLamp({ words }, { lamp, why }) {
  return {
    id: lamp.id,
    name: words("field.next.lamp", { name: lamp.number || "" }).trim(),
    note: words(`field.next.lamp.${why}`),
    open: ["lamp", { lamp: lamp.id }],
  };
}

function aVisit({ words }, { visit }) {
  return {
    id: visit.id,
    name: visit.address ?? "",
    note: words(`field.next.visit.${visit.due}`),
    open: ["visit", { visit: visit.id }],
  };
}

function aCase({ data, settings, words }, { of: record, metres }) {
  const category = categoryOf(data.reference(), record.category);
  return {
    what: "case",
    id: record.id ?? record.key,
    name: named(category?.name, settings.language) || record.category,
    note: record.pending ? words("field.walk.case_not_sent") : record.whereabouts,
    metres: metres ?? Infinity,
    lon: record.lon,
    lat: record.lat,
    open: record.id === null ? null : ["case_view", { case: record.id }],
  };
}

/** The nearest lamp within some metres of a place {lon, lat}, or null. */
export function nearestLamp(app, place, metres) {
  const ground = app.data.ground();
  return (place && ground?.nearLamp(place.lon, place.lat, metres)?.lamp) ?? null;
}
