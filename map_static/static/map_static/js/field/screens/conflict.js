// Two people changed one thing: both versions, and which of them is to stay.
import { el } from "../../dom.js";
import { caseState, categoryName, head, once, put } from "../records_parts.js";
import { conflictsNow } from "../records_pending.js";
import { stepName } from "../records_reference.js";
import { save } from "../records_save.js";
import { conflictTitle } from "../records_status_parts.js";

export const name = "conflict";
let turn = null;

/** @param {{conflict: string}} params its id */
export function enter(root, params, app) {
  app.sheet?.set("high");
  const mine = (turn = {});
  const open = conflictsNow(app.data.conflicts(), app.data.operations());
  const conflict = open.find((one) => one.id === params.conflict);
  if (!conflict) {
    put(
      root,
      head(app, app.words("field.conflict.gone")),
      el("p", {}, app.words("field.conflict.gone_hint")),
    );
    return;
  }
  const decide = (keep) => async () => {
    const body = { conflict: conflict.id, keep };
    const saved = await save(app, "conflict.decide", body, { said: "field.conflict.saved" });
    if (saved && turn === mine) app.back();
  };
  put(
    root,
    head(app, conflictTitle(app, conflict)),
    el("p", {}, app.words("field.conflict.explained")),
    el("div", { class: "rec-versions" }, version(app, conflict, "mine"), version(app, conflict, "theirs")),
    el(
      "div",
      { class: "rec-acts" },
      once(app.words("field.conflict.keep_mine"), decide("mine"), "primary wide big"),
      once(app.words("field.conflict.keep_theirs"), decide("theirs"), "wide big"),
    ),
  );
}

export function leave() {
  turn = null;
}

function version(app, conflict, whose) {
  const { by, at } = conflict;
  const time = at ? app.say.moment(at) : "";
  const who =
    whose === "mine"
      ? app.words("field.conflict.mine")
      : app.words("field.conflict.theirs", { name: by ?? "", time });
  return el(
    "section",
    { class: `rec-card is-${whose}` },
    el("h2", {}, who),
    el("p", { class: "rec-value" }, valueText(app, conflict.field, conflict[whose])),
  );
}

/** A field's value as the reader knows it. */
function valueText(app, field, value) {
  if (value === null || value === "") return app.words("field.conflict.empty");
  if (field === "category") return categoryName(app, value);
  if (field === "lamp") {
    const lamp = app.data.ground()?.lamps.get(value);
    return app.words("field.lamp.named", { number: lamp?.number ?? String(value) });
  }
  if (field === "place") return value.map((degrees) => degrees.toFixed(6)).join(", ");
  if (field === "step") return stepText(app, value);
  return String(value);
}

/** My step with its note, or the state that the others led the case to. */
function stepText(app, { step, note, state }) {
  if (state) return caseState(app, state);
  const label = stepName(app.data.reference(), step, app.settings.language);
  return note ? `${label}: ${note}` : label;
}
