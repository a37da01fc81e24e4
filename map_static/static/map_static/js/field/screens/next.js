// What next: the nearest overdue street, lamp to check, visit or open case from where one stands.
import { el, icon, present } from "../../dom.js";
import { metresBetween } from "../records_place.js";
import { isNew } from "../renew.js";
import { nextList } from "../to_do.js";

export const name = "next";
const KINDS = ["", "street", "lamp", "visit", "case"];
const SYMBOLS = { street: "route", lamp: "bulb-lit", visit: "person", case: "flag" };
const MOST = 40;
const MOST_OF_ALL = 4;
/** The list is made anew when one has walked so far. */
const MOVED_METRES = 15;
let stop = () => {};

export function enter(root, { what = "" }, app) {
  const screen = new NextScreen(root, app, what);
  const stopHere = app.here.watch((place) => screen.moved(place));
  const draw = () => screen.draw();
  app.data.addEventListener("change", draw);
  screen.draw();
  stop = () => {
    stopHere();
    app.data.removeEventListener("change", draw);
    app.map.mark(null);
  };
}

export function leave() {
  stop();
}

/** One kind of thing; or of all what is due, and of none so many that it hides the others. */
function chosen(list, what) {
  if (what) return list.filter((one) => one.what === what);
  const counts = {};
  return list.filter((one) => {
    counts[one.what] = (counts[one.what] ?? 0) + 1;
    return one.what !== "case" && counts[one.what] <= MOST_OF_ALL;
  });
}

class NextScreen {
  #chosen = null;
  #from = null;

  constructor(root, app, what) {
    Object.assign(this, { root, app, what });
    const last = app.here.lately();
    if (last) this.#from = { lon: last.lon, lat: last.lat };
  }

  /** Where distances are measured from: here, or the middle of the map while that is not known. */
  get from() {
    return this.#from ?? this.app.map.middle();
  }

  moved(place) {
    const before = this.#from;
    const far = !before || metresBetween(before, place) > MOVED_METRES;
    if (far) {
      this.#from = { lon: place.lon, lat: place.lat };
      this.draw();
    }
  }

  draw() {
    const { app, what } = this;
    const { words } = app;
    const list = chosen(nextList(app, this.from), what);
    if (!isNew(this, list, what, this.#chosen, this.#from)) return;
    const focused = document.activeElement?.dataset?.key;
    const parts = [
      el(
        "div",
        { class: "screen-head" },
        el("button", { type: "button", class: "button", onclick: () => app.back() }, words("field.back")),
        el("h1", {}, words("field.next.title")),
      ),
      el(
        "div",
        { class: "choice", role: "group", "aria-label": words("field.next.kinds") },
        ...KINDS.map((kind) => this.#tab(kind)),
      ),
      !this.#from && el("p", { class: "quiet" }, words("field.next.from_middle")),
      list.length
        ? el("ul", { class: "open-streets" }, ...list.slice(0, MOST).map((one) => this.#row(one)))
        : el("p", { class: "hint" }, words(`field.next.none.${what || "all"}`)),
    ];
    this.root.replaceChildren(...present(parts));
    if (focused) this.root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #tab(kind) {
    const choose = () => {
      this.what = kind;
      this.#chosen = null;
      this.app.map.mark(null);
      this.draw();
    };
    const text = this.app.words(`field.next.kind.${kind || "all"}`);
    const pressed = String(kind === this.what);
    const attributes = { type: "button", "aria-pressed": pressed, "data-key": `tab-${kind}`, onclick: choose };
    return el("button", attributes, text);
  }

  #row(one) {
    const { app } = this;
    const key = `${one.what}-${one.id}`;
    const chosen = key === this.#chosen;
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          class: "to-do-row",
          "data-key": key,
          "aria-pressed": String(chosen),
          onclick: () => this.#choose(one, key),
        },
        icon(SYMBOLS[one.what]),
        el("span", { class: "to-do-name" }, one.name, one.note && el("small", {}, one.note)),
        el("span", { class: "quiet" }, app.say.metres(one.metres)),
      ),
      chosen && one.open && el(
        "button",
        { type: "button", class: "button primary wide", onclick: () => app.show(...one.open) },
        app.words(`field.next.open.${one.what}`),
      ),
    );
  }

  #choose(one, key) {
    this.#chosen = key;
    const place = one.lines ? { lines: one.lines } : { lon: one.lon, lat: one.lat };
    this.app.map.mark({ ...place, with: this.#from });
    this.draw();
  }
}
