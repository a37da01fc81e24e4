// The report of a case as it is filled in, and what of it is sent. Pure.
import { categoryOf } from "./records_reference.js";
import { metresBetween, rounded, within } from "./records_place.js";

/** Metres within which two reports of a category may be one thing, as on the server. */
export const SAME_THING = 30;
const MOST_ALIKE = 5;
/** A lamp farther from the place than this (metres) is not offered. */
export const LAMP_NEAR = 60;

/**
 * An empty draft. `given` may bring {category, lamp, lon, lat, visit, patrol, whereabouts}.
 * `placed` says where the place comes from: "here" (follows the position), "map", "lamp".
 */
export function newDraft(key, given = {}) {
  const lamp = given.lamp ?? null;
  return {
    key,
    category: given.category ?? null,
    lon: given.lon ?? null,
    lat: given.lat ?? null,
    accuracy: null,
    placed: given.lon == null ? "here" : lamp === null ? "map" : "lamp",
    lamp,
    lampAsked: lamp !== null,
    description: given.description ?? "",
    whereabouts: given.whereabouts ?? "",
    photos: [],
    visit: given.visit ?? null,
    patrol: given.patrol ?? null,
    instead: given.instead ?? null,
  };
}

/** The draft with the position of the device, where the place is to follow it. */
export function atPosition(draft, position) {
  if (draft.placed !== "here" || !position) return draft;
  return { ...draft, lon: position.lon, lat: position.lat, accuracy: position.accuracy ?? null };
}

/** The draft at a place tapped on the map. A lamp that is too far from there is let go. */
export function atPlace(draft, { lon, lat }, lampPlace = null) {
  const far = lampPlace && metresBetween({ lon, lat }, lampPlace) > LAMP_NEAR;
  return {
    ...draft,
    lon,
    lat,
    accuracy: null,
    placed: "map",
    lamp: far ? null : draft.lamp,
    lampAsked: far ? false : draft.lampAsked,
  };
}

/** The draft about a lamp: its place is the lamp's. `null` says that nobody knows which. */
export function withLamp(draft, lamp) {
  if (lamp === null) return { ...draft, lamp: null, lampAsked: true };
  return {
    ...draft,
    lamp: lamp.id,
    lampAsked: true,
    lon: lamp.lon,
    lat: lamp.lat,
    accuracy: null,
    placed: "lamp",
  };
}

/** The draft with another category; a category that is not about a lamp lets it go. */
export function withCategory(draft, code, reference) {
  const lamps = categoryOf(reference, code)?.lamps ?? false;
  const freed = draft.placed === "lamp" ? "map" : draft.placed;
  return lamps
    ? { ...draft, category: code }
    : { ...draft, category: code, lamp: null, lampAsked: false, placed: freed };
}

/** What is still to be answered, in the order of the screen: "category", "lamp", "place". */
export function missing(draft, reference) {
  const category = categoryOf(reference, draft.category);
  const open = [];
  if (!category) open.push("category");
  if (category?.lamps && !draft.lampAsked) open.push("lamp");
  if (draft.lon === null || draft.lat === null) open.push("place");
  return open;
}

/** Whether anything was filled in that would be missed. */
export const begun = (draft) =>
  Boolean(draft.category || draft.description.trim() || draft.whereabouts.trim() || draft.photos.length);

/** The body of `case.report`. Raises Error where something is missing. */
export function reportBody(draft, reference) {
  const open = missing(draft, reference);
  if (open.length) throw new Error(`the draft lacks ${open.join(", ")}`);
  return {
    key: draft.key,
    category: draft.category,
    lon: rounded(draft.lon),
    lat: rounded(draft.lat),
    description: draft.description.trim(),
    whereabouts: draft.whereabouts.trim(),
    lamp: draft.lamp,
    patrol: draft.patrol,
    photos: announced(draft.photos),
    visit: draft.visit,
  };
}

/** Photos as an operation names them. */
export const announced = (photos) =>
  photos.map(({ id, sha256, bytes, type }) => ({ id, sha256, bytes, type }));

/** The body of `case.confirm`: somebody sees an open case too. */
export const confirmBody = (key, number, draft) => ({
  key,
  case: number,
  description: draft.description.trim(),
  photos: announced(draft.photos),
});

/**
 * Open cases that may be the same thing: of the category within 30 m, or of the lamp; nearest
 * first, at most five, as {of, metres}. A case that is not sent yet has no number and counts not.
 */
export function alike(cases, draft) {
  if (!draft.category || draft.lon === null) return [];
  const known = cases.filter((one) => one.id != null && !one.gone);
  const near = within(
    known.filter((one) => one.category === draft.category),
    draft,
    SAME_THING,
  );
  const lamp = known
    .filter((one) => draft.lamp !== null && one.lamp === draft.lamp)
    .map((of) => ({ of, metres: metresBetween(draft, of) }));
  const all = [...near, ...lamp.filter((one) => !near.some((other) => other.of.id === one.of.id))];
  return all.sort((a, b) => a.metres - b.metres).slice(0, MOST_ALIKE);
}

/**
 * A draft from a refused report, to be mended and sent again under the same key: should the office
 * mend the refused one as well, it is still one case. Its photos go as new ones.
 * @param {{id, blob}[]} kept photos of the refused one that are still on the tablet
 * @param {() => string} newId
 */
export function draftAgain(operation, kept = [], newId = () => crypto.randomUUID()) {
  const { body } = operation;
  return {
    ...newDraft(body.key, body),
    lampAsked: true,
    photos: body.photos.flatMap((photo) => {
      const blob = kept.find((one) => one.id === photo.id)?.blob;
      return blob ? [{ ...photo, id: newId(), blob }] : [];
    }),
    instead: operation.id,
  };
}
