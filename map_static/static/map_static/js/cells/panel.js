// The panel beside the map: what is wrong with the draft, how evenly it shares, its cells, and the
// chosen one.
import { bar, el, icon } from "../dom.js";
import { dayName, metres, t } from "../words.js";
import { balance, numberOf, ordered } from "./balance.js";
import { nameOf } from "./cells_map.js";
import { OFFLINE, SENDING, STALE } from "./draft.js";
import { button, facts, fill } from "./parts.js";

const whole = (n) => new Intl.NumberFormat(document.documentElement.lang).format(Math.round(n));
const twice = (n) =>
  new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(n);

export class Panel {
  #by = "code";

  /** `acts`: community() gives its name, rename(cell), toVersions(), compare(), putInForce(), discard(), copy(). */
  constructor(element, editor, acts) {
    this.element = element;
    this.editor = editor;
    this.acts = acts;
  }

  render() {
    const { answer } = this.editor;
    if (!answer) return;
    fill(
      this.element,
      this.#head(answer),
      this.#verdict(answer),
      this.editor.one && this.#card(this.editor.one, answer),
      this.#list(answer),
      this.#foot(answer),
    );
  }

  #head(answer) {
    const saved = { [SENDING]: "cells.sending", [OFFLINE]: "cells.offline", [STALE]: "cells.is_stale" };
    const { state } = this.editor.draft;
    return el(
      "header",
      { class: "cells-page-head" },
      el(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": t("cells.to_versions"),
          title: t("cells.to_versions"),
          "data-focus": "versions",
          onclick: this.acts.toVersions,
        },
        icon("back"),
      ),
      el(
        "div",
        {},
        el("h2", { tabindex: "-1" }, titleOf(answer)),
        el("p", { class: "quiet" }, this.acts.community()),
        answer.state === "draft" &&
          el("p", { class: `cells-saved is-${state}` }, t(saved[state] ?? "cells.saved")),
      ),
    );
  }

  #verdict({ verdict, cells, standard, standard_is_set: isSet }) {
    const shared = isSet ? Object.keys(standard.by)[0] : "not_set";
    const figures = [
      [t("cells.max_to_mean"), twice(verdict.max_to_mean)],
      [t("cells.within_standard"), t("cells.of", { n: verdict.within_standard, all: cells.features.length })],
      [t("cells.compactness"), twice(verdict.compactness ?? 0)],
    ];
    return el(
      "section",
      { class: "cells-verdict", "aria-label": t("cells.verdict") },
      el(
        "p",
        { class: verdict.tiles ? "cells-tiles" : "cells-tiles is-wrong" },
        icon(verdict.tiles ? "check" : "close"),
        t(verdict.tiles ? "cells.tiles" : "cells.tiles_not"),
      ),
      this.#sentences(verdict.sentences),
      facts(figures),
      el("p", { class: "quiet" }, t(`cells.standard_${shared}`, {
        least: whole(standard.between[0]),
        most: whole(standard.between[1]),
      })),
    );
  }

  #sentences(found) {
    const faults = found.filter(({ kind }) => ["gap", "overlap", "outside"].includes(kind));
    const rest = found.filter((one) => !faults.includes(one));
    const row = ({ sentence, at, keys }, nth) =>
      el(
        "li",
        {},
        el("span", {}, sentence),
        at &&
          el(
            "button",
            {
              type: "button",
              class: "cells-go",
              "data-focus": `go-${sentence}`,
              "aria-label": t("cells.go_there_of", { what: sentence }),
              onclick: () => {
                this.editor.map.goTo({ at });
                if (keys.length === 1 && nth >= 0) this.editor.choose(keys[0]);
              },
            },
            icon("target"),
            t("cells.go_there"),
          ),
      );
    return [
      faults.length > 0 && el("ul", { class: "cells-faults", role: "alert" }, faults.map(row)),
      rest.length > 0 &&
        el(
          "details",
          { class: "cells-remarks", open: this.remarksOpen, ontoggle: (e) => (this.remarksOpen = e.target.open) },
          el("summary", { "data-focus": "remarks" }, t("cells.remarks", { n: rest.length })),
          el("ul", {}, rest.map(row)),
        ),
    ];
  }

  #card(cell, { standard }) {
    const { editor } = this;
    const state = balance([cell], standard.between).rows[0].state;
    const numbers = [
      [t("cells.households"), whole(cell.households)],
      [t("cells.metres"), metres(cell.metres)],
      [t("cells.load"), [whole(cell.load), el("i", { class: state === "within" ? "quiet" : "late" }, t(`cells.${state}`))]],
      [t("cells.compactness"), twice(cell.compactness)],
    ];
    return el(
      "section",
      { class: "cells-card", "aria-label": t("cells.chosen") },
      el("h3", {}, el("b", { class: `cells-number cell-${cell.colour}` }, numberOf(cell)), nameOf(cell)),
      cell.code && el("p", { class: "quiet" }, cell.code),
      facts(numbers),
      editor.editable && [
        el(
          "label",
          { class: "cells-check" },
          el("input", {
            type: "checkbox",
            checked: cell.fixed,
            "data-focus": "fixed",
            onchange: ({ target }) => editor.edit({ kind: "fix", key: cell.key, fixed: target.checked }),
          }),
          el("span", {}, t("cells.keep_whole"), el("i", { class: "quiet" }, t("cells.keep_whole_hint"))),
        ),
        el(
          "div",
          { class: "cells-acts" },
          button(t("cells.rename"), () => this.acts.rename(cell)),
          button(t("cells.split"), () => editor.take("split"), { focus: "card-split" }),
          button(t("cells.move"), () => editor.take("move"), { focus: "card-move" }),
        ),
      ],
    );
  }

  #list({ cells, standard }) {
    const all = cells.features.map(({ properties }) => properties);
    const { low, high, rows } = balance(all, standard.between);
    const shares = new Map(rows.map((row) => [row.key, row]));
    const sort = (by) =>
      el(
        "button",
        {
          type: "button",
          "aria-pressed": String(this.#by === by),
          "data-focus": `by-${by}`,
          onclick: () => {
            this.#by = by;
            this.render();
          },
        },
        t(`cells.by_${by}`),
      );
    return el(
      "section",
      { class: "cells-list", "aria-label": t("cells.cells") },
      el(
        "header",
        {},
        el("h3", {}, t("cells.cells"), " ", el("i", { class: "quiet" }, String(all.length))),
        el("div", { class: "choice", role: "group", "aria-label": t("cells.order") }, sort("code"), sort("load")),
      ),
      el("ol", {}, ordered(all, this.#by).map((cell) => this.#row(cell, shares.get(cell.key), low, high))),
    );
  }

  #row(cell, { share: part, state }, low, high) {
    const made = bar(part, `is-${state}`);
    const band = el("span", { class: "cells-band" });
    band.style.insetInlineStart = `${low * 100}%`;
    band.style.inlineSize = `${(high - low) * 100}%`;
    made.prepend(band);
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "cells-row",
          "aria-pressed": String(this.editor.chosen.has(cell.key)),
          "data-focus": `cell-${cell.key}`,
          onclick: () => this.#chosen(cell),
        },
        el("b", { class: `cells-number cell-${cell.colour}` }, numberOf(cell)),
        el("span", { class: "cells-name" }, nameOf(cell), cell.fixed && el("i", { class: "quiet" }, ` · ${t("cells.fixed")}`)),
        el("span", { class: "cells-load" }, whole(cell.load), state !== "within" && el("i", { class: "late" }, state === "above" ? " ▲" : " ▼")),
        made,
        el("span", { class: "hidden" }, t(`cells.${state}`)),
      ),
    );
  }

  /** Bring the card of the chosen cell into view. */
  showCard() {
    this.element.querySelector(".cells-card")?.scrollIntoView({ block: "nearest" });
  }

  /** Give the keys to the chosen cell's row, where they have lost their place. */
  focusChosen() {
    this.showCard();
    if (document.activeElement !== document.body) return;
    this.element.querySelector('.cells-row[aria-pressed="true"]')?.focus({ preventScroll: true });
  }

  #chosen(cell) {
    const { features } = this.editor.answer.cells;
    const { geometry } = features.find(({ properties }) => properties.key === cell.key);
    if (this.editor.tool !== "merge") this.editor.map.goTo({ geometry });
    this.editor.choose(cell.key);
    this.showCard();
  }

  #foot(answer) {
    const draft = answer.state === "draft";
    return el(
      "footer",
      { class: "cells-foot" },
      button(t("cells.compare"), this.acts.compare, { focus: "compare" }),
      ["draft", "planned"].includes(answer.state) && button(t("cells.discard"), this.acts.discard, { focus: "discard" }),
      !draft && button(t("cells.copy"), this.acts.copy, { kind: "primary", focus: "copy" }),
      draft &&
        button(t("cells.put_in_force"), this.acts.putInForce, {
          kind: "primary wide",
          focus: "force",
          disabled: !answer.verdict.tiles,
        }),
    );
  }
}

/** What a version is called: its state and day. */
export function titleOf({ state, starts_on: day, ends_on: until }) {
  const values = { day: day && dayName(day), until: until && dayName(until) };
  return t(`cells.title_${state}${state === "in_force" && !day ? "_ever" : ""}`, values);
}
