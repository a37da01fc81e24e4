// The search box: a combobox whose list is what the server finds; Enter goes there.
import { get, givenUp, Latest } from "./api.js";
import { byId, el, icon } from "./dom.js";
import { explain, tell } from "./notices.js";
import { beside, next, remembered, rowsOf } from "./search_rows.js";
import { count, t } from "./words.js";

/** Milliseconds without a letter before the server is asked. */
const PAUSE = 150;
/** Where the map is closer already, it stays so. */
const CLOSE = 18;

export function startSearch(ctx) {
  return new Search(ctx);
}

class Search {
  #ctx;
  #latest = new Latest();
  #rows = [];
  #at = -1;
  #recent = [];
  #soon = 0;
  /** Whether what is typed has no answer yet, and whether Enter was pressed meanwhile. */
  #waits = false;
  #entered = false;
  /** Counts where one went: a lamp that comes late is not opened. */
  #turn = 0;

  constructor(ctx) {
    this.#ctx = ctx;
    this.input = el("input", {
      type: "search",
      id: "search",
      role: "combobox",
      "aria-label": t("search.label"),
      "aria-expanded": "false",
      "aria-controls": "search-list",
      "aria-autocomplete": "list",
      placeholder: t("search.hint"),
      maxlength: 100,
      autocomplete: "off",
      spellcheck: "false",
    });
    this.list = el("div", { id: "search-list", role: "listbox", "aria-label": t("search.list"), hidden: true });
    this.said = el("p", { class: "search-said", role: "status" });
    this.root = el("div", { class: "search", role: "search" }, icon("search"), this.input, this.list, this.said);
    byId("time").before(this.root);
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("focus", () => this.#opened());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.root.addEventListener("focusout", (event) => {
      if (!this.root.contains(event.relatedTarget)) this.#close();
    });
    // A press on the list must not take the focus, which would close it before the click.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
      event.preventDefault();
      if (ctx.sheet.lowered()) ctx.sheet.set("middle");
      this.input.focus();
      this.input.select();
    });
  }

  #opened() {
    if (this.input.value.trim()) this.#typed();
    else this.#showRecent();
  }

  #typed() {
    clearTimeout(this.#soon);
    this.#latest.stop();
    this.#chooseNone();
    this.#waits = this.#entered = false;
    const q = this.input.value.trim();
    if (!q) return this.#showRecent();
    this.#waits = true;
    this.#soon = setTimeout(() => this.#ask(q), PAUSE);
    return undefined;
  }

  async #ask(q) {
    const { lon, lat } = this.#ctx.map.middle();
    try {
      const near = `${lon.toFixed(5)},${lat.toFixed(5)}`;
      const { groups } = await this.#latest.get("search/", { q, near });
      if (document.activeElement !== this.input) return;
      this.#show(rowsOf(groups), (kind) => t(`search.kind_${kind}`));
      const said = this.#rows.length ? count("search.found", this.#rows.length) : t("search.none", { q });
      this.#say(said, !this.#rows.length);
      this.#waits = false;
      if (!this.#rows.length) return;
      this.#choose(0);
      if (this.#entered) this.#go(this.#rows[0].item);
    } catch (error) {
      if (givenUp(error)) return;
      this.#waits = false;
      this.#show([], () => "");
      this.#say(error.status === 400 ? error.message : explain(error), true);
    }
  }

  #showRecent() {
    const rows = this.#recent.map((item, nth) => ({ group: "recent", item, first: nth === 0 }));
    this.#show(rows, () => t("search.recent"));
    this.#say("");
  }

  /** A sentence for ears only, unless it is all that there is to see. */
  #say(sentence, seen = false) {
    this.said.textContent = sentence;
    this.said.classList.toggle("hidden", !seen);
  }

  #show(rows, heading) {
    this.#rows = rows;
    this.#at = -1;
    const groups = [];
    rows.forEach(({ group, item, first }, nth) => {
      if (first) {
        const name = heading(group);
        groups.push(el("div", { role: "group", "aria-label": name }, el("p", { class: "search-kind", "aria-hidden": "true" }, name)));
      }
      groups.at(-1).append(this.#option(item, nth));
    });
    this.list.replaceChildren(...groups);
    this.list.hidden = !rows.length;
    this.input.setAttribute("aria-expanded", String(rows.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  #option(item, nth) {
    const option = { id: `search-${nth}`, role: "option", "aria-selected": "false", onclick: () => this.#go(item) };
    return el("div", option, el("span", {}, item.name), el("span", { class: "quiet" }, beside(item)));
  }

  /** What is typed is not what the rows were found by: Enter goes to none of them. */
  #chooseNone() {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    this.#at = -1;
    this.input.removeAttribute("aria-activedescendant");
  }

  #choose(nth) {
    this.#chooseNone();
    this.#at = nth;
    const option = byId(`search-${nth}`);
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  #key(event) {
    // A letter is being put together from keys (Chinese input): they are not ours.
    if (event.isComposing) return;
    const to = next(event.key, this.#at, this.#rows.length);
    if (to !== null) this.#choose(to);
    else if (event.key === "Enter" && this.#at >= 0) this.#go(this.#rows[this.#at].item);
    else if (event.key === "Enter" && this.#waits) this.#entered = true;
    else if (event.key === "Escape" && !this.list.hidden) this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #close() {
    clearTimeout(this.#soon);
    this.#waits = this.#entered = false;
    this.#latest.stop();
    this.#show([], () => "");
    this.#say("");
  }

  #go(item) {
    this.#turn += 1;
    this.#recent = remembered(this.#recent, item);
    this.input.value = item.name;
    this.#close();
    const { map } = this.#ctx;
    if (item.bounds) map.fit(item.bounds);
    else map.goTo(item, CLOSE);
    this.#open(item);
  }

  /** The card of what was found. */
  async #open(item) {
    const { kind, id, code, lon, lat, name } = item;
    const { state, figures, start, choose, ask, open } = this.#ctx;
    const point = { id, geometry: { type: "Point", coordinates: [lon, lat] } };
    if (kind === "case") return open("cases", { ...point, properties: { name: item.label } });
    if (kind === "lamp") return this.#lamp(item);
    const cell = code && figures.cells.find((each) => each.code === code);
    if (cell) return choose(cell);
    if (code && start()?.areas.some((area) => area.code === code)) return state.change({ area: code, cell: null });
    return ask({ lon, lat, name });
  }

  /** Its card needs all that the layer knows of a lamp. */
  async #lamp({ id, lon, lat }) {
    const near = 1e-5;
    const turn = this.#turn;
    try {
      const { features } = await get("lamps/", { bbox: [lon - near, lat - near, lon + near, lat + near].join() });
      if (turn !== this.#turn) return;
      const lamp = features.find((each) => each.id === id);
      if (lamp) this.#ctx.open("lamps", lamp);
      else this.#ctx.ask({ lon, lat });
    } catch (error) {
      if (turn === this.#turn) tell(error, () => this.#lamp({ id, lon, lat }));
    }
  }
}
