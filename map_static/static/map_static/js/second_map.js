// The map of the other period beside the first one, with a divider between them.
import { byId, el } from "./dom.js";
import { periodName } from "./compare_panel.js";
import { Feed } from "./feed.js";
import { windowOf } from "./figures.js";
import { CityMap } from "./map.js";
import { tell } from "./notices.js";
import { page } from "./page.js";
import { View } from "./view.js";
import { t } from "./words.js";

/** How far an arrow key moves the divider, and how near to an edge it goes, in percent. */
const STEP = 5;
const EDGE = 15;

export class SecondMap {
  #ctx;
  #split = 50;

  constructor(ctx) {
    this.#ctx = ctx;
    this.view = new View();
    this.#build();
    const { now } = ctx.state;
    const start = ctx.start();
    this.view.take(now);
    this.view.focus(start.own, start.everywhere);
    const nothing = () => {};
    this.map = new CityMap(
      this.element,
      this.view,
      { click: nothing, press: nothing, move: nothing, busy: nothing, tileError: nothing },
      { zoomIn: t("map.zoom_in"), zoomOut: t("map.zoom_out"), contributors: t("map.contributors") },
    );
    this.feed = new Feed("freshness/", windowOf(now.vs), {
      got: (code, answer) => {
        this.view.setFreshness(code, answer);
        this.map.redraw();
      },
      stale: () => this.map.redraw(),
      failed: (error) => tell(error, () => this.feed.again()),
    });
    this.view.want = (code) => this.feed.want(code);
    this.#move(this.#split);
    this.map.begin(ctx.map.place(), null);
    this.together = ctx.map.together(this.map);
  }

  #build() {
    this.element = el("div", { id: "map-vs" });
    this.divider = el("div", {
      id: "map-divider",
      role: "separator",
      tabindex: 0,
      "aria-label": t("compare.divider"),
      "aria-controls": "map",
      "aria-valuemin": EDGE,
      "aria-valuemax": 100 - EDGE,
    });
    this.heads = [el("p", { class: "period-head here" }), el("p", { class: "period-head there" })];
    byId("map").after(this.element, this.divider, ...this.heads);
    document.body.classList.add("two-maps");
    const keys = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP, Home: -100, End: 100 };
    this.divider.addEventListener("keydown", (event) => {
      if (!(event.key in keys)) return;
      event.preventDefault();
      this.#move(this.#split + keys[event.key]);
    });
    this.divider.addEventListener("pointerdown", (event) => {
      this.divider.setPointerCapture(event.pointerId);
      const drag = (moved) => this.#move(this.#under(moved));
      this.divider.addEventListener("pointermove", drag);
      const end = () => this.divider.removeEventListener("pointermove", drag);
      this.divider.addEventListener("pointerup", end, { once: true });
      this.divider.addEventListener("pointercancel", end, { once: true });
    });
  }

  /** Where a pointer is, in percent of both maps. */
  #under({ clientX, clientY }) {
    const [one, other] = [byId("map"), this.element].map((map) => map.getBoundingClientRect());
    const stacked = Math.abs(one.left - other.left) < 1;
    const [at, from, to] = stacked ? [clientY, one.top, other.bottom] : [clientX, one.left, other.right];
    return ((at - from) / (to - from)) * 100;
  }

  #move(split) {
    this.#split = Math.min(Math.max(Math.round(split), EDGE), 100 - EDGE);
    document.body.style.setProperty("--split", `${this.#split}`);
    this.divider.setAttribute("aria-valuenow", String(this.#split));
    this.#ctx.map.resized();
    this.map?.resized();
  }

  /** The periods of a state; the other one's colours. */
  show(now) {
    const asked = JSON.stringify(now.vs);
    if (this.asked && asked !== this.asked) this.feed.setWindow(windowOf(now.vs));
    this.asked = asked;
    const here = { day: now.day ?? this.#ctx.start().today, days: now.days };
    this.heads[0].textContent = periodName(here);
    this.heads[1].textContent = periodName(now.vs);
    this.map.setBase(page.baseMaps.find((base) => base.name === now.base) ?? null);
  }

  take(now) {
    this.view.take(now);
    this.map.setBase(page.baseMaps.find((base) => base.name === now.base) ?? null);
    this.map.redraw({ names: true });
  }

  recolour() {
    this.view.recolour();
    this.map.recolour();
  }

  remove() {
    this.together();
    this.map.remove();
    for (const element of [this.element, this.divider, ...this.heads]) element.remove();
    document.body.classList.remove("two-maps");
    this.#ctx.map.resized();
  }
}
