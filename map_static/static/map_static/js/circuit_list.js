// The panel's list of circuits while their layer is on, drafts first: they wait for somebody.
import { get } from "./api.js";
import { byId, el, present } from "./dom.js";
import { explain } from "./notices.js";
import { count, t } from "./words.js";

const FIRST = 6;
const MOST = 500;
/** So many areas are asked for at most. */
const AREAS = 20;

export class CircuitList {
  #shown = "";
  /** Counts what was asked: only the newest answer is shown. */
  #turn = 0;

  /** `codes()` gives the chosen areas, `choose` is told a circuit's id. */
  constructor(view, { codes, choose }) {
    this.view = view;
    this.codes = codes;
    this.choose = choose;
  }

  async update({ again = false } = {}) {
    const codes = this.view.shows("circuits") ? this.codes().slice(0, AREAS) : [];
    const section = byId("circuits");
    section.hidden = codes.length === 0;
    const asked = codes.join();
    if (section.hidden || (asked === this.#shown && !again)) return;
    this.#shown = asked;
    const turn = (this.#turn += 1);
    if (!again) section.replaceChildren(el("div", { class: "skeleton row" }));
    try {
      const answers = await Promise.all(codes.map((area) => get("circuits/", { area, limit: MOST })));
      if (turn === this.#turn) this.#show(answers.flatMap(({ results }) => results));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#shown = "";
      const retry = () => this.update();
      const again = el("button", { type: "button", class: "button", onclick: retry }, t("state.retry"));
      section.replaceChildren(el("div", { class: "empty" }, el("p", {}, explain(error)), again));
    }
  }

  #show(rows) {
    // A circuit of several cells comes with each of them.
    const once = [...new Map(rows.map((row) => [row.id, row])).values()];
    const list = el("div", {});
    byId("circuits").replaceChildren(
      el("h2", {}, t("layer.circuits")),
      once.length ? list : el("p", { class: "hint" }, t("circuits.none")),
    );
    this.#fill(list, once.sort((a, b) => Number(b.draft) - Number(a.draft)), FIRST);
  }

  #fill(list, rows, most) {
    const more = rows.length - most;
    const showMore = () => this.#fill(list, rows, most * 5);
    list.replaceChildren(
      ...present([
        el("ul", { class: "cell-list" }, rows.slice(0, most).map((row) => this.#row(row))),
        more > 0 &&
          el("button", { type: "button", class: "button wide", onclick: showMore }, count("circuits.more", more)),
      ]),
    );
  }

  #row({ id, name, draft, lamps }) {
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "stretch", onclick: () => this.choose(id) },
        el("span", { class: "stretch-name" }, name),
        draft ? el("span", { class: "badge" }, t("lamp.draft")) : "",
        el("span", { class: "quiet" }, count("circuit.lamps", lamps)),
      ),
    );
  }
}
