// Parts that the record screens share: heads, buttons, chips, fields, lines of lists.
import { el, icon } from "../dom.js";
import { anyCategory, named, stateName } from "./records_reference.js";

/** A screen's head: back, what it is about, and a place for chips. It takes the focus. */
export function head(app, title, ...more) {
  return el(
    "header",
    { class: "rec-head" },
    el(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": app.words("field.back"),
        onclick: () => app.back(),
      },
      icon("back"),
    ),
    el("h1", { tabindex: "-1" }, title),
    ...more,
  );
}

/** Puts a screen in its place; the reader's focus goes to its head. */
export function put(root, ...children) {
  root.replaceChildren(el("div", { class: "rec" }, ...children));
  root.querySelector(".rec-head h1")?.focus({ preventScroll: true });
}

/** A button. `kind` is "", "primary" or "quiet-button". */
export const button = (label, onclick, kind = "", more = {}) =>
  el("button", { type: "button", class: `button ${kind}`, onclick, ...more }, label);

/** A button pressed twice by a wet glove acts once: it waits until its deed is done. */
export function once(label, act, kind = "", more = {}) {
  const made = button(
    label,
    async () => {
      if (made.disabled) return;
      made.disabled = true;
      try {
        await act();
      } finally {
        made.disabled = false;
      }
    },
    kind,
    more,
  );
  return made;
}

/** The name of a category in the reader's language; its code where the tablet knows no more. */
export function categoryName(app, code) {
  const found = anyCategory(app.data.reference(), code);
  return found ? named(found.name, app.settings.language) : (code ?? "");
}

export const pictureOf = (app, code) =>
  icon(`category-${anyCategory(app.data.reference(), code)?.icon || "other"}`);

export const caseState = (app, state) => stateName(app.data.reference(), state, app.settings.language);

/** "Not sent yet", beside what is only on this tablet. */
export const pendingChip = (app, record) =>
  record.pending && el("span", { class: "rec-chip is-waiting" }, app.words("field.rec.not_sent"));

/** How urgent a case is, in words; "" where it has no due time yet. */
export function dueText(app, record, now = app.now()) {
  if (!record.due_at) return "";
  const key = Date.parse(record.due_at) < now ? "field.case.overdue_since" : "field.case.due";
  return app.words(key, { time: app.say.moment(Date.parse(record.due_at)) });
}

/** One of a few answers as big buttons, like radio buttons for a screen reader and the keyboard. */
export function choices(label, options, chosen, choose) {
  const group = el("div", { class: "rec-choices", role: "radiogroup", "aria-label": label });
  const name = `choice-${(choices.made = (choices.made ?? 0) + 1)}`;
  group.append(
    ...options.map(({ value, text, kind = "" }) =>
      el(
        "label",
        { class: `rec-choice ${kind}` },
        el("input", { type: "radio", name, value, checked: value === chosen, onchange: () => choose(value) }),
        el("span", {}, text),
      ),
    ),
  );
  return group;
}

/** A field with its label; `changed` gets the text at each change. */
export function field(label, text, changed, { rows = 0, length, hint = null, required = false } = {}) {
  const id = `field-${(field.made = (field.made ?? 0) + 1)}`;
  const input = el(rows ? "textarea" : "input", {
    id,
    maxlength: length,
    autocomplete: "off",
    required,
    rows: rows || null,
    "aria-describedby": hint ? `${id}-hint` : null,
    oninput: () => changed(input.value),
  });
  input.value = text;
  return el(
    "p",
    { class: "rec-field" },
    el("label", { for: id }, label),
    hint && el("span", { class: "quiet", id: `${id}-hint` }, hint),
    input,
  );
}

/** Shows on the map what a screen is about: once, so that the map can be moved meanwhile. */
export function markOnce(screen, { lon, lat }) {
  if (screen.marked) return;
  screen.marked = true;
  screen.app.map?.mark({ lon, lat });
}

/** A line that can be tapped: picture, what it is, and more on the right. */
export function row(onclick, picture, title, below, ...more) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "rec-row", onclick },
      picture,
      el(
        "span",
        { class: "rec-row-text" },
        el("b", {}, title),
        below && el("span", { class: "quiet" }, below),
      ),
      ...more,
    ),
  );
}
