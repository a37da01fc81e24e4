// Care by cell: asks for the published counts that the map and the panel need, and shows them.
import { byId, el } from "./dom.js";
import { Feed } from "./feed.js";
import { tell } from "./notices.js";
import { dayName, t } from "./words.js";

/** They change once a week. */
const REFRESH = 3600;
const windowOf = ({ day }) => (day ? { as_of: day } : {});

export class CareLayer {
  /** `areas()` gives the chosen areas as [{code, name}]. */
  constructor(state, view, map, areas) {
    this.state = state;
    this.view = view;
    this.areas = areas;
    const drawn = () => {
      this.show();
      if (view.shows("care")) map.redraw({ names: true });
    };
    this.feed = new Feed("care/counts/", windowOf(state.now), {
      got: (code, answer) => {
        view.care.take(code, answer);
        drawn();
      },
      stale: drawn,
      failed: (error) => tell(error, () => this.feed.again()),
    });
    view.wantCare = (code) => this.feed.want(code);
  }

  start() {
    this.feed.start(REFRESH);
    this.show();
  }

  setWindow() {
    this.view.care.clear();
    this.feed.setWindow(windowOf(this.state.now));
  }

  /** The panel's section, while the layer is on. */
  show() {
    const section = byId("care");
    const areas = this.view.shows("care") ? this.areas() : [];
    section.hidden = !areas.length;
    for (const { code } of areas) this.feed.want(code);
    if (areas.length) section.replaceChildren(el("h2", {}, t("layer.care")), ...this.#parts(areas));
  }

  #parts(areas) {
    const weeks = areas.map(({ code }) => this.view.care.week(code));
    if (weeks.includes(undefined)) return [el("div", { class: "skeleton" })];
    const week = weeks.find(Boolean);
    if (!week) return [el("p", { class: "hint" }, t("care.not_yet"))];
    return [
      el("p", { class: "quiet" }, t("care.week", { day: dayName(week) })),
      ...areas.map(({ code, name }) => this.#figures(areas.length > 1 ? name : "", code)),
      el("p", { class: "hint" }, t("care.ranges")),
    ];
  }

  #figures(name, code) {
    const found = this.view.care.of(code);
    const fact = (kind) => [el("dt", {}, t(`care.${kind}`)), el("dd", {}, found?.[kind].shown ?? "–")];
    return el(
      "div",
      {},
      name ? el("h3", {}, name) : "",
      el("dl", { class: "figures" }, ...fact("plans"), ...fact("due")),
    );
  }
}
