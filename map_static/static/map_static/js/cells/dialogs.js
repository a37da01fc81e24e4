// Questions before something is done: a cell's name, putting a draft in force, throwing it away.
import { get } from "../api.js";
import { el } from "../dom.js";
import { dayName, t } from "../words.js";
import { named } from "./cells_map.js";
import { sumOf } from "./compare.js";
import { fill } from "./parts.js";

/**
 * Ask in the page's dialog: `content` is a list of elements, `yes` what the button says. Gives the
 * form's fields, or null where the answer was no.
 */
function ask(dialog, { title, content, yes, kind = "primary", ready = true }) {
  return new Promise((answered) => {
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "cells-dialog-title" }, title),
      content,
      el(
        "div",
        { class: "cells-acts" },
        el("button", { type: "button", class: "button", onclick: () => dialog.close("") }, t("cells.not_now")),
        el("button", { class: `button ${kind}`, value: "yes", disabled: !ready }, yes),
      ),
    );
    fill(dialog, form);
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => answered(dialog.returnValue === "yes" ? new FormData(form) : null),
      { once: true },
    );
    dialog.showModal();
  });
}

/** The cell's new name, or null. */
export async function askName(dialog, cell) {
  const input = el("input", { name: "name", value: cell.name, required: true, maxlength: "120", autocomplete: "off" });
  const content = [el("label", {}, t("cells.name"), input)];
  setTimeout(() => input.select());
  const form = await ask(dialog, { title: t("cells.rename"), content, yes: t("cells.rename_now") });
  return form?.get("name").trim() || null;
}

/** Whether the draft is to be thrown away. */
export async function askDiscard(dialog) {
  const content = [el("p", {}, t("cells.discard_hint"))];
  const asked = { title: t("cells.discard_question"), content, yes: t("cells.discard_now"), kind: "danger" };
  return (await ask(dialog, asked)) !== null;
}

/**
 * When the draft shall be in force, and a note: {starts_on, note}, or null. What will change is
 * asked of the server and shown with the question.
 */
export async function askInForce(dialog, { id, today }) {
  const changes = el("div", { class: "cells-changes", role: "status" }, el("p", { class: "quiet" }, t("cells.comparing")));
  const send = get(`divisions/${id}/compare/`, { with: "today" }).then(
    (found) => fill(changes, changed(found)),
    (error) => fill(changes, el("p", { class: "error" }, error.message)),
  );
  const day = el("input", { type: "date", name: "starts_on", value: today, min: today, required: true });
  const when = el("p", { class: "quiet" }, t("cells.at_once"));
  day.addEventListener("input", () => {
    when.textContent =
      day.value > today ? t("cells.planned_for", { day: dayName(day.value) }) : t("cells.at_once");
  });
  const content = [
    changes,
    el("label", {}, t("cells.from_day"), day),
    when,
    el("label", {}, t("cells.note"), el("input", { name: "note", maxlength: "500", autocomplete: "off" })),
  ];
  const form = await ask(dialog, { title: t("cells.put_in_force_question"), content, yes: t("cells.put_in_force_now") });
  await send;
  return form && { starts_on: form.get("starts_on"), note: form.get("note").trim() };
}

function changed({ cells, moved, members = [] }) {
  const losing = members.filter(({ becomes }) => becomes === "loses");
  const before = cells.features.map(({ properties: { from } }) => from).filter(Boolean);
  // A lost cell by its name; a piece of each is among those that move.
  const nameOf = (code) => {
    const lost = before.find((cell) => cell.code === code);
    return lost ? named(lost) : code;
  };
  if (!cells.features.length) return [el("p", {}, t("cells.same"))];
  return [
    el("p", {}, t("cells.moves"), " ", el("b", {}, sumOf(moved))),
    losing.length
      ? [
          el("p", { class: "late" }, t("cells.lose")),
          el("ul", {}, losing.map(({ name, cell }) => el("li", {}, t("cells.loses", { name, cell: nameOf(cell) })))),
        ]
      : el("p", { class: "quiet" }, t("cells.nobody_loses")),
  ];
}
