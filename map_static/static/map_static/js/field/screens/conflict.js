// Two people changed one thing: both versions, and which of them is to stay.
import { el } from "../../dom.js";
import { categoryName, head, once, put } from "../records_parts.js";
import { casesNow } from "../records_pending.js";
import { save } from "../records_save.js";
import { decisionBody } from "../records_status.js";

export const name = "conflict";

/** @param {{conflict: string}} params its id */
export function enter(root, params, app) {
  app.sheet?.set("high");
  const conflict = app.data.conflicts().find((one) => one.id === params.conflict);
  if (!conflict) {
    put(root, head(app, app.words("field.conflict.gone")), el("p", {}, app.words("field.conflict.gone_hint")));
    return;
  }
  const number = Number(conflict.subject.split(":")[1]);
  const record = casesNow(app.data.cases(), app.data.operations()).find((one) => one.id === number);
  const title = app.words("field.conflict.of", {
    number: String(number),
    field: app.words(`field.conflict.field_${conflict.field}`),
  });
  const decide = (keep) => async () => {
    const body = decisionBody(conflict, record, keep, crypto.randomUUID());
    const saved = await save(app, "case.edit", body, { after: record.after ?? [], said: "field.conflict.saved" });
    if (saved) app.back();
  };
  put(
    root,
    head(app, title),
    el("p", {}, app.words("field.conflict.explained")),
    el("div", { class: "rec-versions" }, version(app, conflict, "mine"), version(app, conflict, "theirs")),
    record
      ? el(
          "div",
          { class: "rec-acts" },
          once(app.words("field.conflict.keep_mine"), decide("mine"), "primary wide big"),
          once(app.words("field.conflict.keep_theirs"), decide("theirs"), "wide big"),
        )
      : el("p", { class: "quiet" }, app.words("field.conflict.office")),
  );
}

function version(app, conflict, whose) {
  const { field, by, at } = conflict;
  const who =
    whose === "mine"
      ? app.words("field.conflict.mine")
      : app.words("field.conflict.theirs", { name: by ?? "", time: at ? app.say.moment(Date.parse(at)) : "" });
  return el(
    "section",
    { class: `rec-card is-${whose}` },
    el("h2", {}, who),
    el("p", { class: "rec-value" }, valueText(app, field, conflict[whose])),
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
  return String(value);
}
