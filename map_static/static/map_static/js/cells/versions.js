// The versions of a community's cells, and how a new draft begins.
import { el } from "../dom.js";
import { absolute, ago, count, t } from "../words.js";
import { titleOf } from "./panel.js";
import { button, fill } from "./parts.js";

const ORDER = ["draft", "planned", "in_force", "past"];

export class Versions {
  /** `acts`: open(id), begin(content). `standard` {between, by} is what new drafts begin with. */
  constructor(element, acts) {
    this.element = element;
    this.acts = acts;
  }

  /** `found`: {community, versions} as the server lists them. */
  render(found) {
    this.found = found;
    fill(
      this.element,
      el(
        "header",
        { class: "cells-page-head" },
        el("a", { class: "cells-up", href: "/cells/" }, t("cells.all")),
        el("h2", { tabindex: "-1" }, found.community.name),
      ),
      this.#begin(found),
      ORDER.map((state) => this.#part(state, found.versions.filter((one) => one.state === state))),
    );
  }

  #begin({ versions }) {
    const today = versions.some(({ state }) => state === "in_force");
    return el(
      "section",
      { class: "cells-begin" },
      el("p", { class: "quiet" }, t(today ? "cells.begin_hint" : "cells.begin_first")),
      today && button(t("cells.begin_today"), () => this.acts.begin({ source: "today" }), { kind: "primary wide", focus: "today" }),
      el(
        "details",
        { class: "cells-automatic" },
        el("summary", { class: "button wide" }, t("cells.begin_automatic")),
        this.#standard(),
      ),
    );
  }

  #standard() {
    const number = (name, value) =>
      el(
        "label",
        {},
        t(`cells.${name}`),
        el("input", { type: "number", name, value: String(value), min: "1", max: "1000000", required: true }),
      );
    const by = el(
      "select",
      { name: "by" },
      ["households", "walking"].map((kind) => el("option", { value: kind }, t(`cells.by_${kind}`))),
    );
    const send = async (event) => {
      event.preventDefault();
      const form = event.target.elements;
      const [button] = event.target.querySelectorAll("button");
      button.disabled = true;
      button.textContent = t("cells.splitting");
      await this.acts.begin({
        source: "automatic",
        per: {
          between: [Number(form.least.value), Number(form.most.value)],
          by: { [form.by.value]: 1 },
        },
      });
      button.disabled = false;
      button.textContent = t("cells.split_community");
    };
    return el(
      "form",
      { class: "cells-standard", onsubmit: send },
      el("label", {}, t("cells.share_out"), by),
      el("div", {}, number("least", 300), number("most", 500)),
      el("button", { class: "button primary wide" }, t("cells.split_community")),
      el("p", { class: "quiet" }, t("cells.automatic_hint")),
    );
  }

  #part(state, versions) {
    if (!versions.length) return null;
    return el(
      "section",
      { class: "cells-versions" },
      el("h3", {}, t(`cells.part_${state}`)),
      el("ul", {}, versions.map((version) => this.#version(version))),
    );
  }

  #version(version) {
    const { id, cells, made_by: by, made_at: at, note } = version;
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "cells-version",
          "data-focus": `version-${id}`,
          onclick: () => this.acts.open(id),
        },
        el("b", {}, titleOf(version)),
        el("span", { class: "quiet" }, count("cells.n_cells", cells)),
        el(
          "span",
          { class: "quiet", title: at ? absolute(at) : "" },
          by ? t("cells.made_by", { name: by, ago: ago(at) }) : t("cells.made_itself"),
        ),
        note && el("span", {}, note),
      ),
    );
  }
}
