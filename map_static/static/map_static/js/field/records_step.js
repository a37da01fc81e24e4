// Steps of a case that can be taken on the tablet, and edits of its fields. Pure.
import { rounded } from "./records_place.js";
import { stepNeeds } from "./records_reference.js";

/** What the worker does first stands first; what is not here stands after it. */
const FIRST = ["start", "finish", "verify", "close", "accept", "claim", "resume"];
/** It stands last, and needs its words: a note without words says nothing. */
const NOTE = "note";
/** Seeing it too is said when it is reported again; an edit has a form of its own. */
const NOT_HERE = new Set(["confirm", "edit"]);

/** Metres that a pin moves by a trembling thumb: about one. */
const SAME_PLACE = 1e-5;

/** Whether a step cannot be taken without a sentence. */
export const needsNote = (reference, step) => step === NOTE || stepNeeds(reference, step).includes("note");

/** The steps of a case that can be taken here: those that need no list of the office's. */
export function offered(reference, record) {
  const possible = record.steps.filter(
    (step) => !NOT_HERE.has(step) && stepNeeds(reference, step).every((need) => need === "note"),
  );
  const place = (step) => {
    if (step === NOTE) return Infinity;
    const at = FIRST.indexOf(step);
    return at < 0 ? FIRST.length : at;
  };
  return possible.sort((a, b) => place(a) - place(b));
}

/** The body of `case.step`. `at` is where the member stands, null where that is not told. */
export function stepBody(key, record, step, { note, photos }, at = null) {
  const body = { key, case: record.id, step, saw: record.version, note: note.trim(), photos };
  return at ? { ...body, lon: rounded(at.lon), lat: rounded(at.lat) } : body;
}

/**
 * An edit of a case, begun at what it said then (`base`): what others change meanwhile is not taken
 * for a change of this member's.
 */
export function newEdit({ version, category, description, whereabouts, lon, lat }) {
  const base = { category, description, whereabouts, lon, lat };
  return { ...base, base, saw: version };
}

/** What an edit changes, as `case.edit` names it: only fields that differ from its base. */
export function changesOf({ base, ...draft }) {
  const changes = {};
  if (draft.category !== base.category) changes.category = draft.category;
  for (const field of ["description", "whereabouts"]) {
    if (draft[field].trim() !== base[field].trim()) changes[field] = draft[field].trim();
  }
  const moved = Math.max(Math.abs(draft.lon - base.lon), Math.abs(draft.lat - base.lat));
  if (moved > SAME_PLACE) changes.place = [rounded(draft.lon), rounded(draft.lat)];
  return changes;
}
