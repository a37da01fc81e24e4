// This division beside another: the pieces that differ, who moves, and cells to take over.
import { el } from "../dom.js";
import { get, post, takeBack } from "../api.js";
import { notice } from "../notices.js";
import { count, metres, t } from "../words.js";
import { partners } from "./cells_map.js";
import { titleOf } from "./panel.js";
import { button, fill, focusHead, head } from "./parts.js";
import { splitMade } from "./splitting.js";

/** Sums of a comparison, in words. */
export function sumOf({ buildings, households, metres: length }) {
  const parts = [
    buildings > 0 && count("cells.buildings", buildings),
    households > 0 && count("cells.doors", households),
    Math.round(length) > 0 && metres(length),
  ].filter(Boolean);
  return parts.length ? parts.join(" · ") : t("cells.nothing_there");
}

export class Compare {
  #with = "today";
  #found = null;
  /** How far the automatic split is, while it is not there. */
  #told = null;
  /** Counts what was asked: an answer to an earlier question is not shown. */
  #turn = 0;
  #ticked = new Set();

  /** `acts`: close(); `versions()` gives the versions to compare with. */
  constructor(element, editor, acts) {
    this.element = element;
    this.editor = editor;
    this.acts = acts;
  }

  async open() {
    this.editor.take(null);
    this.editor.choose(null);
    this.#rest(true);
    await this.ask();
    focusHead(this.element);
  }

  close() {
    this.forget();
    this.acts.close();
  }

  #rest(resting) {
    this.editor.resting = resting;
    this.editor.refresh();
  }

  forget() {
    this.#turn += 1;
    this.#found = this.#told = null;
    this.editor.map.pieces([]);
    if (this.editor.resting) this.#rest(false);
  }

  async ask() {
    this.#found = this.#told = null;
    this.#turn += 1;
    this.#ticked.clear();
    this.#draw();
    this.render();
    const turn = this.#turn;
    const { id } = this.editor.answer;
    const asked = this.#with;
    try {
      const there = asked !== "automatic" || (await this.#split(id, turn));
      const found = there && (await get(`divisions/${id}/compare/`, { with: asked }));
      if (turn === this.#turn && found) this.#found = found;
    } catch (error) {
      if (turn === this.#turn) {
        notice("request", error.message, { label: t("state.retry"), act: () => this.ask() });
      }
    }
    if (turn !== this.#turn) return;
    this.#draw();
    this.render();
  }

  #split(id, turn) {
    const tell = (told) => {
      if (turn !== this.#turn) return false;
      const same = this.#told?.state === told.state;
      this.#told = told;
      const bar = same && this.element.querySelector("progress");
      // Who listens hears each step once, and the bar moves without being drawn anew.
      if (bar) bar.value = told.progress;
      else this.render();
      return true;
    };
    return splitMade(id, { get, post, tell });
  }

  async #stop() {
    const turn = this.#turn;
    try {
      const told = await takeBack(`divisions/${this.editor.answer.id}/automatic/`);
      if (turn === this.#turn && !this.#found) this.#told = told;
    } catch (error) {
      notice("request", error.message);
    }
    if (turn === this.#turn) this.render();
  }

  /** Each piece in the colour of the cell that it is in here. */
  #draw() {
    const colour = (key) => this.editor.cell(key)?.colour ?? 0;
    const features = (this.#found?.cells.features ?? []).map((feature) => ({
      ...feature,
      colour: colour(feature.properties.to?.key),
    }));
    this.editor.map.pieces(features, (nth) => this.#point(nth));
  }

  #point(nth) {
    this.element.querySelector(`[data-focus="piece-${nth}"]`)?.focus();
  }

  render() {
    fill(this.element, head(t("cells.compare"), () => this.close()), this.#choice(), this.#content());
  }

  #choice() {
    const { id } = this.editor.answer;
    const others = this.acts.versions().filter((one) => one.id !== id && one.state !== "in_force");
    const options = [
      ["today", t("cells.with_today")],
      ["automatic", t("cells.with_automatic")],
      ...others.map((one) => [String(one.id), titleOf(one)]),
    ];
    const chosen = ({ target }) => {
      this.#with = target.value;
      this.ask();
    };
    return el(
      "label",
      { class: "cells-with" },
      t("cells.with"),
      el(
        "select",
        { onchange: chosen, "data-focus": "with" },
        options.map(([value, name]) => el("option", { value, selected: value === this.#with }, name)),
      ),
    );
  }

  #content() {
    if (!this.#found) return this.#waiting();
    const { cells, moved } = this.#found;
    if (!cells.features.length) return el("p", { class: "empty" }, t("cells.same"));
    return [
      el("p", { class: "cells-sum", role: "status" }, t("cells.moves"), " ", el("b", {}, sumOf(moved))),
      el("h3", {}, t("cells.pieces")),
      el("ul", { class: "cells-pieces" }, cells.features.map((feature, nth) => this.#piece(feature, nth))),
      this.editor.answer.state === "draft" && this.#takeOver(cells.features),
    ];
  }

  #waiting() {
    const told = this.#told;
    if (!told || told.state === "done") return el("p", { class: "quiet", "aria-busy": "true" }, t("cells.comparing"));
    if (told.state === "cancelled" || told.state === "failed") {
      const why = told.state === "failed" ? told.sentence : t("cells.split_stopped");
      return [el("p", { role: "status" }, why), button(t("cells.split_again"), () => this.ask(), { focus: "split-again" })];
    }
    const words = t(told.state === "running" ? "cells.split_running" : "cells.split_waiting");
    return [
      el("p", { role: "status", id: "split-words" }, words),
      el("progress", { max: "100", value: told.progress, "aria-labelledby": "split-words" }),
      el("p", { class: "quiet" }, t("cells.split_leave")),
      button(t("cells.split_stop"), () => this.#stop(), { focus: "split-stop" }),
    ];
  }

  #piece(feature, nth) {
    const { from, to } = partners(feature.properties);
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "cells-version",
          "data-focus": `piece-${nth}`,
          onclick: () => this.editor.map.goTo({ geometry: feature.geometry }),
        },
        el("b", {}, from, " → ", to),
        el("span", { class: "quiet" }, sumOf(feature.properties)),
      ),
    );
  }

  #takeOver(features) {
    const theirs = new Map();
    for (const { properties } of features) {
      if (properties.from) theirs.set(properties.from.key, partners(properties).from);
    }
    const tick = (key) => ({ target }) => {
      if (target.checked) this.#ticked.add(key);
      else this.#ticked.delete(key);
      this.render();
    };
    const rows = [...theirs].map(([key, name]) =>
      el(
        "li",
        {},
        el(
          "label",
          { class: "cells-check" },
          el("input", { type: "checkbox", checked: this.#ticked.has(key), onchange: tick(key), "data-focus": `tick-${key}` }),
          el("span", {}, name),
        ),
      ),
    );
    return el(
      "section",
      { class: "cells-take" },
      el("h3", {}, t("cells.take_over")),
      el("p", { class: "quiet" }, t("cells.take_over_hint")),
      el("ul", {}, rows),
      button(count("cells.take", this.#ticked.size), () => this.#adopt(), {
        kind: "primary wide",
        focus: "take",
        disabled: this.#ticked.size === 0,
      }),
    );
  }

  async #adopt() {
    const from = /^\d+$/.test(this.#with) ? Number(this.#with) : this.#with;
    const taken = await this.editor.edit({ kind: "adopt", keys: [...this.#ticked], from });
    // Only while the two are still beside each other.
    if (taken && this.editor.resting) await this.ask();
  }
}
