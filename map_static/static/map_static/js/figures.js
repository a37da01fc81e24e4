// The list page: which area, which day, its figures, their chart and the cells.
import { givenUp, Latest } from "./api.js";
import { showChart, showChartFailed, showChartLoading, showNoChart } from "./chart.js";
import { byId, el } from "./dom.js";
import { explain, tell } from "./notices.js";
import * as panel from "./panel.js";
import { dayBefore, joined } from "./series.js";
import { t } from "./words.js";

const MINE = "mine";
/** Days of the chart; a longer window charts as many days as it has. */
const CHARTED = 30;

/** The parameters that every question about a window has. */
export const windowOf = ({ days, day }) => (day ? { days, as_of: day } : { days });

/** `choose` is told a cell of the list, `tick` the code of one that was ticked there or no longer,
 * `moved` the box of an area that was chosen, `learned` the cells whose figures came. */
export class Figures {
  #latest = new Latest();
  #latestSeries = new Latest();
  #start = null;
  #found = null;
  #ticked = new Set();

  constructor(state, { choose, tick, moved, learned }) {
    this.state = state;
    this.list = { choose, tick, ticked: (code) => this.#ticked.has(code) };
    this.moved = moved;
    this.learned = learned;
  }

  begin(start) {
    this.#start = start;
    this.#showAreas();
    this.#showDay();
    this.load();
  }

  /** The cells of the list, with their figures. */
  get cells() {
    return this.#found?.cells ?? [];
  }

  /** The areas whose figures are shown; none before the first answer. */
  get codes() {
    const area = this.#start && this.#chosen();
    if (!area) return [];
    return area === MINE ? this.#start.areas.map(({ code }) => code) : [area];
  }

  /** The same with their names. */
  get areas() {
    const names = new Map(this.#start?.areas.map(({ code, name }) => [code, name]));
    return this.codes.map((code) => ({ code, name: names.get(code) ?? code }));
  }

  /** The areas that the reader covers, to choose from where there are several. */
  #choices() {
    const { areas } = this.#start;
    const cells = areas.filter(({ level }) => level === 15);
    const choices = areas.map(({ code, name, level }) => ({ value: code, label: `${name} · ${t(`level.${level}`)}` }));
    const onlyCells = cells.length === areas.length;
    if (onlyCells && cells.length > 1) choices.unshift({ value: MINE, label: t("area.mine") });
    return choices;
  }

  #chosen() {
    const choices = this.#choices();
    const { area } = this.state.now;
    if (choices.some(({ value }) => value === area)) return area;
    if (choices[0]?.value === MINE) return MINE;
    const { areas } = this.#start;
    return (areas.find(({ level }) => level === 12) ?? areas[0])?.code ?? null;
  }

  #showAreas() {
    const choices = this.#choices();
    const select = byId("area");
    select.replaceChildren(...choices.map(({ value, label }) => el("option", { value }, label)));
    select.value = this.#chosen() ?? "";
    select.hidden = choices.length < 2;
    select.addEventListener("change", () => {
      this.state.change({ area: select.value === MINE ? null : select.value, cell: null });
      this.moved(this.bounds());
    });
  }

  #showDay() {
    const { today } = this.#start;
    const input = byId("day");
    const back = byId("today");
    const show = ({ day }) => {
      input.value = day ?? today;
      back.hidden = !day;
    };
    input.max = today;
    input.addEventListener("change", () => {
      // An emptied field, or a day that is still to come, is today.
      this.choseDay(input.value && input.validity.valid ? input.value : today);
      show(this.state.now);
    });
    back.addEventListener("click", () => {
      this.choseDay(today);
      input.focus();
    });
    byId("day-choice").hidden = this.#chosen() === null;
    show(this.state.now);
    this.state.listen(show);
  }

  /** Look at a day; today stays today when it is over. */
  choseDay(day) {
    this.state.change({ day: day === this.#start.today ? null : day });
  }

  /** The box of the area whose figures are shown: of all own areas, or of one. */
  bounds() {
    const chosen = this.#chosen();
    return this.#start.areas.find(({ code }) => code === chosen)?.bounds ?? this.#start.bounds;
  }

  async load() {
    const area = this.#chosen();
    if (!area) return this.#showNothing();
    this.#latestSeries.stop();
    const { codes } = this;
    if (!this.#found) panel.showLoading();
    const { now } = this.state;
    try {
      const answers = [];
      for (const code of codes) answers.push(await this.#latest.get("coverage/", { area: code, ...windowOf(now) }));
      this.#found = panel.together(answers);
      if (!this.cells.length) return this.#showNoCells(area);
      panel.showSummary(this.#found, now);
      panel.showCells(this.cells, now.cell, this.list);
      this.learned(this.cells);
    } catch (error) {
      if (givenUp(error)) return undefined;
      this.#found = null;
      showNoChart();
      panel.showFailed(explain(error), () => this.load());
      tell(error, () => this.load());
      return undefined;
    }
    return this.#loadSeries(codes);
  }

  async #loadSeries(codes) {
    const { days, day } = this.state.now;
    const { today } = this.#start;
    const over = Math.max(CHARTED, days);
    // The days after the one that is looked at are charted too, as long as it has room there.
    const last = day && day < dayBefore(today, over - 1) ? day : today;
    showChartLoading();
    try {
      const answers = [];
      for (const area of codes) {
        answers.push(await this.#latestSeries.get("series/", { area, days, over, as_of: last }));
      }
      showChart(joined(answers), day ?? today, (chosen) => this.choseDay(chosen));
    } catch (error) {
      if (!givenUp(error)) showChartFailed(explain(error), () => this.#loadSeries(codes));
    }
  }

  #showNothing() {
    showNoChart();
    const { bounds, member } = this.#start;
    if (bounds) panel.showEmpty(t("empty.no_duty"), t("empty.no_duty_hint"));
    else if (member.staff) {
      const command = './run manage import_osm FILE.osm.pbf --code 110101001001 --name "…"';
      panel.showEmpty(t("empty.no_map"), t("empty.no_map_staff"), command);
    } else panel.showEmpty(t("empty.no_map"), t("empty.no_map_member"));
  }

  #showNoCells(area) {
    showNoChart();
    const command = this.#start.member.staff ? `./run manage split_cells ${area} --households 300-500` : null;
    panel.showEmpty(t("empty.no_cells"), t(`empty.no_cells_${command ? "staff" : "member"}`), command);
  }

  /** The cells again, with one of them chosen, or none. */
  mark(code) {
    if (this.cells.length) panel.showCells(this.cells, code, this.list);
  }

  /** The codes of the cells that are selected. */
  tick(codes) {
    this.#ticked = new Set(codes);
    panel.tickCells(this.list.ticked);
  }
}
