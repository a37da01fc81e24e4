// What the reference of words and rules says, in the reader's language. Pure; runs in Node's tests
// too. Its form is in docs/sync.md.

/** The name of {en, zh} in a language like "en" or "zh-hans"; the other where one is empty. */
export function named(names, language) {
  const { en = "", zh = "" } = names ?? {};
  return language.startsWith("zh") ? zh || en : en || zh;
}

/**
 * Categories that can be reported, in their groups and in the order of lists:
 * {code, icon, name: {en, zh}, leaves: {code, icon, lamps, topic, name}[]}[].
 */
export const groupsOf = (reference) => reference?.categories ?? [];

/** A category that can be reported, by its code; null where it is not in use (any more). */
export function categoryOf(reference, code) {
  for (const { leaves } of groupsOf(reference)) {
    const found = leaves.find((leaf) => leaf.code === code);
    if (found) return found;
  }
  return null;
}

/** The same, also of one that could be reported once: {code, icon, name}. */
export const anyCategory = (reference, code) =>
  categoryOf(reference, code) ?? reference?.past_categories?.find((one) => one.code === code) ?? null;

/** A checklist with its questions; null where the tablet does not have it. */
export const checklistOf = (reference, id) => reference?.checklists?.find((one) => one.id === id) ?? null;

/** What can be answered to a question: {value, name: {en, zh}, calls}[]. */
export const answersTo = (reference, item) => reference?.answers?.[item.kind] ?? [];

/** What the button of a step says. */
export const stepName = (reference, step, language) =>
  named(reference?.steps?.[step]?.name, language) || step;

/** What the server does not take the step without: ["note"]. */
export const stepNeeds = (reference, step) => reference?.steps?.[step]?.needs ?? [];

/** What a state of a case is called. */
export const stateName = (reference, state, language) =>
  named(reference?.case_states?.[state], language) || state;

/** What a visit's end is called. */
export const visitStateName = (reference, state, language) =>
  named(reference?.visit_states?.[state], language) || state;

/** A limit of the server: "description", "whereabouts", "note" (characters), "photos" of a record. */
export const limitOf = (reference, what) => reference?.limits?.[what] ?? { photos: 5 }[what] ?? 200;
