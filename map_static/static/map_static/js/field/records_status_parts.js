// What entries of the status list are called.
import { categoryName } from "./records_parts.js";
import { stepName, visitStateName } from "./records_reference.js";

/** "Case: Streetlight is dark", "Lamp 12: dark", "Patrol". */
export function entryTitle(app, entry) {
  const { kind, operations } = entry;
  const { body } = operations[0];
  const words = (key, values) => app.words(`field.status.kind_${key}`, values);
  const { language } = app.settings;
  const reference = app.data.reference();
  switch (kind) {
    case "patrol":
      return words("patrol");
    case "case.report":
      return words("report", { category: categoryName(app, body.category) });
    case "case.confirm":
      return words("confirm", { number: String(body.case) });
    case "case.step":
      return words("step", { number: String(body.case), step: stepName(reference, body.step, language) });
    case "case.edit":
      return words("edit", { number: String(body.case) });
    case "lamp.seen": {
      const number = app.data.ground()?.lamps.get(body.lamp)?.number ?? String(body.lamp);
      return words(`lamp_${body.state}`, { number });
    }
    case "visit.record": {
      // The door is told only as long as the household is on this tablet.
      const door = app.data.visits().find((one) => one.id === body.visit)?.address ?? "";
      const state = visitStateName(reference, body.state, language);
      return door ? words("visit_at", { door, state }) : words("visit", { state });
    }
    case "conflict.decide":
      return words("decide");
    default:
      return kind;
  }
}

/** What a conflict is about: a field of a case, or the step that was taken. */
export const fieldName = (app, { field }) => app.words(`field.conflict.field_${field}`);

/** "Case #12: description". */
export const conflictTitle = (app, conflict) =>
  app.words("field.conflict.of", { number: conflict.subject.split(":")[1], field: fieldName(app, conflict) });
