// Parts of the form of a case: categories by their pictures, the place, which lamp, what is alike.
import { el, icon } from "../dom.js";
import { LAMP_NEAR, atPlace, atPosition } from "./records_case.js";
import {
  button,
  caseState,
  categoryName,
  dueText,
  once,
  pendingChip,
  pictureOf,
  row,
} from "./records_parts.js";
import { within } from "./records_place.js";
import { groupsOf, named } from "./records_reference.js";

const MOST_LAMPS = 5;

/** Groups, and in them their leaves as tiles with pictures; a tap chooses. */
export class CategoryGrid {
  /** `only(leaf)` says which leaves are offered. */
  constructor(app, choose, only = () => true) {
    const { language } = app.settings;
    const groups = groupsOf(app.data.reference())
      .map((group) => ({ ...group, leaves: group.leaves.filter(only) }))
      .filter(({ leaves }) => leaves.length > 0);
    this.element = el(
      "div",
      { class: "rec-groups" },
      groups.length === 0 && el("p", { class: "quiet" }, app.words("field.case.no_categories")),
      groups.map((group) =>
        el(
          "section",
          { "aria-label": named(group.name, language) },
          el("h2", {}, named(group.name, language)),
          el(
            "div",
            { class: "tiles" },
            group.leaves.map((leaf) =>
              el(
                "button",
                { type: "button", class: "tile", onclick: () => choose(leaf.code) },
                icon(`category-${leaf.icon || "other"}`),
                el("span", {}, named(leaf.name, language)),
              ),
            ),
          ),
        ),
      ),
    );
  }
}

/**
 * Where it is: where the member stands, as long as nobody tapped the map. `draft()` gives the draft
 * as it is, `changed(draft)` takes it with another place, `tappedLamp(lamp)` what was tapped on.
 */
export class PlaceField {
  constructor(app, draft, changed, tappedLamp) {
    Object.assign(this, { app, draft, changed, tappedLamp });
    this.said = el("p", { "aria-live": "polite" });
    this.here = button([icon("locate"), app.words("field.place.here")], () => this.#follow());
    this.onMap = button(
      [icon("target"), app.words("field.place.on_map")],
      () => this.#showMap(),
      "rec-on-map",
    );
    this.hint = el("p", { class: "quiet" }, app.words("field.place.tap"));
    this.element = el(
      "section",
      { class: "rec-place", "aria-label": app.words("field.place.title") },
      el("h2", {}, app.words("field.place.title")),
      this.said,
      el("div", { class: "rec-place-acts" }, this.here, this.onMap),
      this.hint,
    );
    this.#pick();
    if (draft().placed === "here") this.#watch();
    this.show();
  }

  close() {
    this.stopPick?.();
    this.stopWatch?.();
    this.stopPick = this.stopWatch = null;
  }

  show() {
    const { lon, accuracy, placed } = this.draft();
    const { app } = this;
    let key = `field.place.by_${placed}`;
    if (placed === "here" && lon === null)
      key = this.problem ? `field.place.${this.problem}` : "field.place.waiting";
    this.said.textContent = app.words(key, { metres: app.say.metres(Math.ceil(accuracy ?? 0)) });
    this.said.className = this.problem && lon === null ? "error" : "";
    this.here.hidden = placed === "here";
    // A lamp chosen in the list: the pin goes there.
    if (placed === "lamp" && this.pinned !== this.#spot()) this.#pick();
  }

  #pick() {
    this.stopPick?.();
    this.pinned = this.#spot();
    this.stopPick = this.app.map?.pick(this.#start(), (spot) => this.#tapped(spot));
  }

  #spot() {
    const { lon, lat } = this.draft();
    return `${lon},${lat}`;
  }

  #start() {
    const { lon, lat } = this.draft();
    return lon === null ? null : { lon, lat };
  }

  /** Where the sheet covers the map, it makes room for it. */
  #showMap() {
    this.app.sheet?.set("middle");
    this.element.scrollIntoView({ block: "start" });
  }

  #watch() {
    if (this.stopWatch) return;
    this.stopWatch = this.app.here.watch(
      (position) => {
        this.problem = "";
        this.changed(atPosition(this.draft(), position));
      },
      (problem) => {
        this.problem = problem;
        this.show();
      },
    );
    // While a walk is recorded the device is asked already, and who stands still hears nothing new.
    const last = this.app.here.lately();
    if (last) queueMicrotask(() => this.stopWatch && this.changed(atPosition(this.draft(), last)));
  }

  #follow() {
    this.changed({ ...this.draft(), placed: "here" });
    this.#watch();
  }

  #tapped(spot) {
    this.stopWatch?.();
    this.stopWatch = null;
    const lamps = this.app.data.ground()?.lamps;
    if (spot.lamp != null && this.tappedLamp && lamps?.has(spot.lamp)) {
      this.tappedLamp(lamps.get(spot.lamp));
      return;
    }
    const draft = this.draft();
    this.changed(atPlace(draft, spot, draft.lamp === null ? null : lamps?.get(draft.lamp)));
  }
}

/** Which lamp it is about: those near the place, nearest first, or "I do not know". */
export class LampField {
  constructor(app, draft, choose) {
    Object.assign(this, { app, draft, choose });
    this.hint = el("p", { class: "quiet" });
    this.list = el("div", { class: "rec-choices", role: "radiogroup", "aria-labelledby": "rec-lamps" });
    this.element = el(
      "section",
      { class: "rec-lamps" },
      el("h2", { id: "rec-lamps" }, app.words("field.lamp.which")),
      this.hint,
      this.list,
    );
    this.show();
  }

  close() {
    this.list.replaceChildren();
    this.shown = null;
  }

  /** What is near is worked out anew; nothing is rebuilt under a finger where it is the same. */
  show() {
    const { app } = this;
    const draft = this.draft();
    const lamps = [...(app.data.ground()?.lamps.values() ?? [])];
    const place = draft.lon === null ? null : draft;
    const near = within(lamps, place, LAMP_NEAR).slice(0, MOST_LAMPS);
    const chosen = lamps.find((lamp) => lamp.id === draft.lamp);
    if (chosen && !near.some(({ of }) => of.id === chosen.id)) near.unshift({ of: chosen, metres: null });
    const shown = near.map(({ of }) => of.id).join();
    if (shown !== this.shown) {
      this.shown = shown;
      this.hint.textContent = app.words(near.length ? "field.lamp.which_hint" : "field.lamp.none_near");
      this.inputs = new Map();
      this.list.replaceChildren(
        ...near.map(({ of, metres }) =>
          this.#choice(of, app.words("field.lamp.named", { number: of.number }), metres),
        ),
        this.#choice(null, app.words("field.lamp.unknown"), null),
      );
    }
    // A tap on the map chooses, too.
    for (const [id, input] of this.inputs) input.checked = draft.lampAsked && draft.lamp === id;
  }

  #choice(lamp, text, metres) {
    const input = el("input", { type: "radio", name: "rec-lamp", onchange: () => this.choose(lamp) });
    this.inputs.set(lamp?.id ?? null, input);
    return el(
      "label",
      { class: "rec-choice" },
      input,
      el("span", {}, text),
      metres !== null && el("span", { class: "quiet" }, this.app.say.metres(metres)),
    );
  }
}

/** Open cases that may be the same thing, each with "I see it too". */
export function alikeList(app, found, confirm) {
  if (!found.length) return [];
  return [
    el("h2", {}, app.words("field.case.alike")),
    el("p", { class: "quiet" }, app.words("field.case.alike_hint")),
    el(
      "ul",
      {},
      found.map(({ of, metres }) =>
        el(
          "li",
          { class: "rec-card" },
          el(
            "p",
            {},
            el("b", {}, pictureOf(app, of.category), `#${of.id} ${categoryName(app, of.category)}`),
            " ",
            el("span", { class: "quiet" }, `${app.say.metres(metres)} · ${caseState(app, of.state)}`),
          ),
          of.whereabouts && el("p", {}, of.whereabouts),
          of.description && el("p", {}, of.description),
          once(app.words("field.case.confirm"), () => confirm(of), "wide"),
        ),
      ),
    ),
  ];
}

/** A case in a list. */
export const caseRow = (app, record, metres, below) =>
  row(
    () => app.show("case_view", record.id === null ? { key: record.key } : { case: record.id }),
    pictureOf(app, record.category),
    `${record.id === null ? "" : `#${record.id} `}${categoryName(app, record.category)}`,
    below,
    pendingChip(app, record),
    metres !== null && el("span", { class: "quiet" }, app.say.metres(metres)),
  );

/** What is known of a case: state, due time, place, words, photos; and whether it was sent. */
export function caseFacts(app, record) {
  const facts = [
    el("span", { class: "rec-chip" }, caseState(app, record.state)),
    record.due_at && el("span", { class: `rec-chip is-${record.due}` }, dueText(app, record)),
    pendingChip(app, record),
  ];
  return el(
    "section",
    { class: "rec-facts" },
    el("p", { class: "rec-chips" }, facts.filter(Boolean)),
    record.whereabouts && el("p", {}, record.whereabouts),
    record.description && el("p", {}, record.description),
    el(
      "p",
      { class: "quiet" },
      app.words("field.case.reported", { time: app.say.moment(Date.parse(record.reported_at)) }),
      record.photos ? ` · ${app.words("field.case.photo_count", { n: record.photos })}` : "",
    ),
  );
}
