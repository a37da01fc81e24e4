// Selecting on the map and acting on all of it: the page of the panel, and what it sends.
import { get, post } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { explain } from "./notices.js";
import { head, isShown, showPage } from "./pages.js";
import { POINTS } from "./points.js";
import { download, newKey } from "./select_file.js";
import { outcomes } from "./select_outcome.js";
import { SelectShape } from "./select_shape.js";
import { KINDS, modeOf, picks, Selected, topmost } from "./selected.js";
import { MOST_STREETS } from "./state.js";
import { amount, count as counted, t } from "./words.js";

const MODES = ["replace", "add", "remove"];
/** A walk is planned over so many at most. */
const WALKS = {
  areas: { most: 20, words: "select.walk", many: "select.walk_many" },
  streets: { most: MOST_STREETS, words: "select.walk_streets", many: "select.walk_many_streets" },
};

export function startSelect(ctx) {
  const page = new SelectPage(ctx);
  byId("tool-select").addEventListener("click", () => {
    byId("map-tools").open = false;
    page.open();
  });
  return {
    took(place) {
      if (picks(page.shape.keys())) {
        page.pick(place);
        return true;
      }
      if (page.shape.drawing) page.shape.add(place);
      return page.shape.drawing;
    },
    recoloured: () => page.shape.again(),
    ticked: (kind, id, on) => page.tick(kind, id, on),
  };
}

class SelectPage {
  #mode = "replace";
  #hands = null;
  /** Counts what took all away: what was asked before is not added to it. */
  #turn = 0;
  /** The same key until an answer came: sending again does nothing twice. */
  #key = newKey();

  constructor(ctx) {
    this.ctx = ctx;
    this.selected = new Selected();
    this.page = byId("select-page");
    this.shape = new SelectShape(ctx, {
      drawn: (polygon, event) => this.#choose(polygon, modeOf(event, this.#mode)),
      changed: (corners) => this.#corners(corners),
    });
    this.said = el("p", { class: "hint", role: "status" });
    this.counts = el("ul", { class: "select-counts" });
    this.acts = el("div", { class: "column" });
    this.told = el("div", { class: "column", role: "status" });
    this.page.append(
      head(t("select.head"), () => this.close()),
      el("div", { class: "column" }, el("p", { class: "quiet" }, t("select.how")), el("p", { class: "quiet" }, t("select.pick")), this.#modes(), this.#drawButtons(), this.said, this.counts),
      this.acts,
      this.told,
    );
    // What was ticked in the list is acted on from there.
    this.bar = el("button", { type: "button", class: "button primary wide select-bar", onclick: () => this.#actOnTicked() });
    byId("list-page").append(this.bar);
    this.#corners(0);
    this.clear.hidden = this.bar.hidden = true;
  }

  /** The page, with the pen in hand. */
  open() {
    this.#open();
    this.shape.begin();
    if (!this.#hands) this.#load();
  }

  #actOnTicked() {
    this.#open();
    // Nothing is to be drawn: the sheet may have all the room.
    this.ctx.sheet.set("high");
  }

  #open() {
    showPage("select-page");
    this.ctx.raised();
  }

  close() {
    this.shape.end();
    showPage("list-page");
  }

  /** A tick in a list; the first one shows what can be done with it. */
  tick(kind, id, on) {
    this.selected.tick(kind, id, on);
    this.#say("");
    if (!this.#hands) this.#load();
    this.#show();
  }

  /** A click on the map with Ctrl, ⌘ or Shift: the one thing there is taken in, or out again. */
  async pick(place) {
    if (!isShown("select-page")) this.#open();
    // Nobody means a lamp that is not drawn.
    const seen = KINDS.filter((kind) => !POINTS[kind] || this.ctx.view.shows(kind));
    const turn = this.#turn;
    try {
      const { kinds } = await post("selection/", { polygon: this.shape.around(place), kinds: seen });
      if (turn !== this.#turn) return;
      const one = topmost(kinds);
      if (one) this.tick(one.kind, one.id, !this.selected.has(one.kind, one.id));
      else this.#say(t("select.pick_none"));
    } catch (error) {
      this.#say(error.status === 400 ? error.message : explain(error));
    }
  }

  async #load() {
    try {
      this.#hands = await get("selection/hands/");
      this.#show();
    } catch (error) {
      this.#say(explain(error));
    }
  }

  #modes() {
    const box = (mode) => {
      const input = el("input", { type: "radio", name: "select-mode", value: mode, checked: mode === this.#mode });
      input.addEventListener("change", () => (this.#mode = mode));
      return el("label", {}, input, el("span", {}, t(`select.${mode}`)));
    };
    return el("fieldset", { class: "select-modes" }, el("legend", {}, t("select.mode")), MODES.map(box));
  }

  #drawButtons() {
    const button = (key, act) => el("button", { type: "button", class: "button", onclick: act }, t(key));
    this.finish = button("select.finish", (event) => this.shape.finish(event));
    this.undo = button("select.undo", () => this.shape.undo());
    this.clear = button("select.clear", () => {
      this.#turn += 1;
      this.selected.clear();
      this.#say("");
      this.told.replaceChildren();
      this.#show();
    });
    this.again = button("select.draw", () => this.shape.begin());
    return el("div", { class: "select-buttons" }, this.again, this.finish, this.undo, this.clear);
  }

  #corners(corners) {
    this.again.hidden = this.shape.drawing;
    this.finish.hidden = this.undo.hidden = !this.shape.drawing;
    this.finish.disabled = corners < 3;
    this.undo.disabled = !corners;
  }

  #say(sentence) {
    this.said.textContent = sentence;
  }

  async #choose(polygon, mode) {
    if (mode === "replace") this.#turn += 1;
    const turn = this.#turn;
    this.#say(t("select.asking"));
    try {
      const { kinds, most } = await post("selection/", { polygon });
      if (turn !== this.#turn) return;
      const tooMany = this.selected.take(kinds, mode);
      this.told.replaceChildren();
      this.#say(
        tooMany
          .map(({ kind, count }) => t("select.too_many", { kind: counted(`select.kind_${kind}`, count), n: amount(count), most: amount(most) }))
          .join(" ") || (this.selected.empty ? t("select.none") : ""),
      );
      this.#show();
    } catch (error) {
      if (turn === this.#turn) this.#say(error.status === 400 ? error.message : explain(error));
    }
  }

  #show() {
    const { selected } = this;
    this.ctx.tell("selected", Object.fromEntries(KINDS.map((kind) => [kind, selected.ids(kind)])));
    this.counts.replaceChildren(
      ...KINDS.filter((kind) => selected.count(kind)).map((kind) =>
        el("li", {}, el("b", {}, amount(selected.count(kind))), " ", counted(`select.kind_${kind}`, selected.count(kind))),
      ),
    );
    this.ctx.figures.tick(selected.ids("cells"));
    this.clear.hidden = this.bar.hidden = selected.empty;
    this.bar.textContent = t("select.open", { n: amount(selected.all) });
    this.acts.replaceChildren(
      ...[
        this.#hands && selected.count("cases") > 0 && this.#giveForm(),
        this.#hands && selected.count("lamps") > 0 && this.#lampForm(),
        selected.count("cells") > 0 && this.#walk("areas", selected.ids("cells")),
        selected.count("streets") > 0 && this.#walk("streets", selected.ids("streets")),
        !selected.empty && this.#files(),
      ].filter(Boolean),
    );
  }

  #handSelect(id, needed) {
    const group = (key, kind, rows) =>
      rows.length > 0 && el("optgroup", { label: t(key) }, rows.map((row) => el("option", { value: `${kind}:${row.id}` }, row.name)));
    const nobody = el("option", { value: "" }, needed ? "" : t("select.nobody"));
    const { crews, members } = this.#hands;
    return el("select", { id, required: needed }, ...[nobody, group("select.crews", "crew", crews), group("select.members", "assignee", members)].filter(Boolean));
  }

  #form(title, fields, button, act) {
    const form = el("form", { class: "column select-form" }, el("h3", {}, title), fields, el("button", { class: "button primary wide" }, button));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act();
    });
    return form;
  }

  #giveForm() {
    const ids = this.selected.ids("cases");
    const hand = this.#handSelect("select-hand", true);
    const due = el("input", { type: "datetime-local", id: "select-due" });
    const fields = [
      el("label", { for: "select-hand" }, t("select.to")), hand,
      el("label", { for: "select-due" }, t("select.due")), due,
    ];
    const title = t("select.give_head");
    return this.#form(title, fields, counted("select.give", ids.length), () =>
      this.#act("cases", ids, { ...handOf(hand), ...(due.value && { due_at: new Date(due.value).toISOString() }) }),
    );
  }

  #lampForm() {
    const ids = this.selected.ids("lamps");
    const category = el("select", { id: "select-category", required: true }, this.#hands.categories.map(({ code, name }) => el("option", { value: code }, name)));
    const hand = this.#handSelect("select-lamp-hand", false);
    const note = el("input", { type: "text", id: "select-note", maxlength: 500 });
    const fields = [
      el("label", { for: "select-category" }, t("select.category")), category,
      el("label", { for: "select-lamp-hand" }, t("select.to")), hand,
      el("label", { for: "select-note" }, t("select.note")), note,
    ];
    return this.#form(t("select.lamps_head"), fields, counted("select.make", ids.length), () =>
      this.#act("lamps", ids, { ...handOf(hand), category: category.value, note: note.value }),
    );
  }

  /** Over what is overdue in cells ("areas"), or over "streets" in all their length. */
  #walk(over, ids) {
    const { most, words, many } = WALKS[over];
    if (ids.length > most) return el("p", { class: "hint" }, t(many, { most: amount(most) }));
    const plan = () => {
      this.shape.end();
      this.ctx.planner.open({ [over]: ids });
    };
    return el("button", { type: "button", class: "button wide", onclick: plan }, icon("route"), counted(words, ids.length));
  }

  #files() {
    const chosen = Object.fromEntries(KINDS.map((kind) => [kind, this.selected.ids(kind)]));
    const take = async (format) => {
      try {
        await download({ format, ...chosen });
      } catch (error) {
        this.#say(error.status === 400 ? error.message : explain(error));
      }
    };
    const button = ([format, name]) => el("button", { type: "button", class: "button", onclick: () => take(format) }, icon("download"), name);
    const formats = [["csv", "CSV"], ["gpkg", "GeoPackage"], ["geojson", "GeoJSON"]];
    return el("div", { class: "select-files", role: "group", "aria-label": t("select.files") }, formats.map(button));
  }

  /** Send what is to be done with all of a kind, in portions that the server takes at once. */
  async #act(kind, ids, details) {
    const items = [];
    this.#say(t("select.working"));
    try {
      for (let from = 0; from < ids.length; from += this.#hands.most) {
        const part = ids.slice(from, from + this.#hands.most);
        items.push(...(await post(`selection/${kind}/`, { key: this.#key, ids: part, ...details })).items);
      }
      this.#key = newKey();
      this.#say("");
    } catch (error) {
      this.#say(error.status === 400 ? error.message : explain(error));
    }
    if (!items.length) return;
    this.told.replaceChildren(...outcomes(items, (group) => this.#act("cases", group.ids, givenBack(group)), kind === "cases"));
    this.ctx.refresh();
  }
}

const handOf = ({ value }) => {
  const [kind, id] = value.split(":");
  return id ? { [kind]: Number(id) } : {};
};

const givenBack = ({ crew, assignee }) => (assignee ? { assignee } : { crew });
