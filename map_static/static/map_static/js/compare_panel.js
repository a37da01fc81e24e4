// The part of the panel that compares two periods: which, how they are shown, and the metres.
import { CLASSES } from "./difference.js";
import { differenceSwatch } from "./difference_swatch.js";
import { byId, el } from "./dom.js";
import { dayBefore } from "./series.js";
import { VS_SHOWN } from "./state_time.js";
import { WINDOWS } from "./state.js";
import { dayName, days, metres, share, t } from "./words.js";

/** "1 Nov – 7 Nov": the days up to and with `day`. */
export function periodName({ day, days: window }) {
  if (window === 1) return dayName(day);
  return t("compare.period", { from: dayName(dayBefore(day, window - 1)), to: dayName(day) });
}

export class ComparePanel {
  #ctx;
  #shown = null;

  constructor(ctx) {
    this.#ctx = ctx;
    this.root = el("section", { id: "comparison", "aria-label": t("compare.head") });
    byId("chart").after(this.root);
  }

  get #today() {
    return this.#ctx.start().today;
  }

  /** What there is to choose, for the state. */
  show(now) {
    const { state } = this.#ctx;
    if (!now.vs) {
      this.#shown = null;
      const begin = () => {
        const day = dayBefore(now.day ?? this.#today, now.days);
        this.#ctx.state.change({ vs: { day, days: now.days, shown: "sides" } });
        this.root.querySelector("input")?.focus();
      };
      this.root.replaceChildren(el("button", { type: "button", class: "button wide", onclick: begin }, t("compare.begin")));
      return;
    }
    const change = (part) => state.change({ vs: { ...state.now.vs, ...part } });
    if (!this.#shown) this.#build(change);
    const { day, days: window, shown } = now.vs;
    this.day.value = day;
    this.days.value = String(window);
    for (const button of this.shown.children) button.setAttribute("aria-pressed", String(button.value === shown));
    this.here.textContent = periodName({ day: now.day ?? this.#today, days: now.days });
  }

  #build(change) {
    const { state } = this.#ctx;
    this.#shown = true;
    const windows = WINDOWS.includes(state.now.vs.days) ? WINDOWS : [...WINDOWS, state.now.vs.days];
    this.day = el("input", { type: "date", id: "vs-day", min: "1970-01-01", max: this.#today, required: true });
    this.day.addEventListener("change", () => this.day.validity.valid && change({ day: this.day.value }));
    this.days = el(
      "select",
      { id: "vs-days", "aria-label": t("compare.length") },
      windows.map((window) => el("option", { value: window }, days(window))),
    );
    this.days.addEventListener("change", () => change({ days: Number(this.days.value) }));
    this.shown = el(
      "div",
      { class: "choice", role: "group", "aria-label": t("compare.shown") },
      VS_SHOWN.map((shown) =>
        el("button", { type: "button", value: shown, onclick: () => change({ shown }) }, t(`compare.${shown}`)),
      ),
    );
    this.here = el("strong", {});
    this.table = el("div", { "aria-live": "polite" });
    const end = () => {
      state.change({ vs: null });
      this.root.querySelector("button").focus();
    };
    this.root.replaceChildren(
      el("h2", { class: "list-title" }, t("compare.head")),
      el("p", { class: "compare-here" }, this.here),
      el("div", { class: "compare-with" }, el("label", { for: "vs-day" }, t("compare.with")), this.day, this.days),
      this.shown,
      this.table,
      el("button", { type: "button", class: "button wide", onclick: end }, t("compare.end")),
    );
  }

  /** Figures are on their way; those shown stay until then, dimmed. */
  waiting() {
    this.table.setAttribute("aria-busy", "true");
    if (!this.table.firstChild) this.table.append(el("div", { class: "skeleton big" }));
  }

  /** What the table shows is what was asked. */
  ready() {
    this.table.removeAttribute("aria-busy");
  }

  /** The metres of `difference.summed`. */
  figures(sums) {
    this.sums = sums;
    this.ready();
    const rows = CLASSES.map((cls) =>
      el(
        "tr",
        { "data-class": cls },
        el("th", { scope: "row" }, differenceSwatch(cls, this.#ctx.view.colours), t(`compare.${cls}`)),
        el("td", {}, metres(sums[cls])),
        el("td", {}, share(sums.metres ? sums[cls] / sums.metres : null)),
      ),
    );
    this.table.replaceChildren(
      el("table", { class: "compare-table" }, el("caption", { class: "hidden" }, t("compare.table")), el("tbody", {}, rows)),
      this.#cells(sums.cells),
    );
  }

  #cells(cells) {
    if (cells.length < 2) return "";
    const name = (code) => this.#ctx.figures.cells.find((cell) => cell.code === code)?.name ?? code;
    const head = ["cell", "gained", "lost", "both", "neither"];
    const rows = [...cells].sort((a, b) => a.gained - a.lost - (b.gained - b.lost));
    return el(
      "details",
      { class: "compare-cells" },
      el("summary", {}, t("compare.cells")),
      el(
        "div",
        { class: "compare-scroll", tabindex: 0, role: "region", "aria-label": t("compare.cells") },
        el(
          "table",
          {},
          el("thead", {}, el("tr", {}, head.map((key) => el("th", { scope: "col" }, t(`compare.${key}`))))),
          el(
            "tbody",
            {},
            rows.map((row) =>
              el(
                "tr",
                {},
                el("th", { scope: "row" }, name(row.code)),
                ["gained", "lost", "both", "neither"].map((key) => el("td", {}, metres(row[key]))),
              ),
            ),
          ),
        ),
      ),
    );
  }

  recoloured() {
    if (this.#shown && this.sums) this.figures(this.sums);
  }
}
