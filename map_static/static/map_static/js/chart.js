// Coverage day by day as a small chart, from which a past day can be chosen.
import { byId, el, svg } from "./dom.js";
import { dayBefore, nearest, plotted, topOf } from "./series.js";
import { dayName, days, share, t } from "./words.js";

const BOX = { width: 320, height: 72 };

/** A grey shape where the chart will stand. */
export function showChartLoading() {
  if (!byId("chart").querySelector("svg")) byId("chart").replaceChildren(el("div", { class: "skeleton chart-shape" }));
}

export function showChartFailed(sentence, retry) {
  byId("chart").replaceChildren(
    el("p", { class: "hint" }, sentence),
    el("button", { type: "button", class: "button", onclick: retry }, t("state.retry")),
  );
}

export function showNoChart() {
  byId("chart").replaceChildren();
}

/** The chart of `joined` answers; `chosen` is the day that is looked at, `choose` is told another. */
export function showChart({ to, days: window, shares }, chosen, choose) {
  const day = (nth) => dayBefore(to, shares.length - 1 - nth);
  const told = (nth) => t("chart.value", { day: dayName(day(nth)), share: share(shares[nth]) });
  const at = shares.findIndex((_, nth) => day(nth) === chosen);
  const title = t("chart.title", { days: days(window) });
  const tip = el("p", { class: "chart-tip", "aria-hidden": "true" });
  const slider = plot(shares, at < 0 ? shares.length - 1 : at, {
    told,
    shown: (nth) => {
      tip.textContent = told(nth);
    },
    choose: (nth) => choose(day(nth)),
  });
  byId("chart").replaceChildren(
    el("figcaption", { class: "chart-head" }, el("span", { class: "list-title" }, t("chart.head")), tip),
    el("div", { class: "chart-body" }, el("span", { class: "chart-top" }, share(topOf(shares))), slider),
    el("p", { class: "chart-ends" }, el("span", {}, dayName(day(0))), el("span", {}, dayName(to))),
    table(shares, day, title),
  );
}

/** The line with a mark that follows the pointer and the arrow keys, and rests at `at`. */
function plot(shares, at, { told, shown, choose }) {
  const last = shares.length - 1;
  const points = plotted(shares, BOX);
  const picture = draw(points);
  const slider = el(
    "div",
    {
      class: "chart-plot",
      role: "slider",
      tabindex: 0,
      "aria-label": t("chart.slider"),
      "aria-valuemin": 0,
      "aria-valuemax": last,
    },
    picture,
  );
  let now = at;
  const show = (nth) => {
    now = Math.min(Math.max(nth, 0), last);
    const { x, y } = points[now];
    const place = { x1: x, x2: x, cx: x, cy: y };
    for (const mark of picture.querySelectorAll(".chart-here")) {
      for (const [name, value] of Object.entries(place)) mark.setAttribute(name, value);
    }
    slider.setAttribute("aria-valuenow", String(now));
    slider.setAttribute("aria-valuetext", told(now));
    shown(now);
  };
  const under = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    return nearest((event.clientX - left) / width, shares.length);
  };
  const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -last, End: last };
  slider.addEventListener("pointermove", (event) => show(under(event)));
  slider.addEventListener("pointerleave", () => show(at));
  slider.addEventListener("blur", () => show(at));
  slider.addEventListener("click", (event) => choose(under(event)));
  slider.addEventListener("keydown", (event) => {
    if (event.key in keys) show(now + keys[event.key]);
    else if (event.key === "Enter" || event.key === " ") choose(now);
    else return;
    event.preventDefault();
  });
  show(at);
  return slider;
}

function draw(points) {
  const { width, height } = BOX;
  const path = points.map(({ x, y }, nth) => `${nth ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return svg(
    "svg",
    { viewBox: `-5 -5 ${width + 10} ${height + 10}`, class: "chart-svg", "aria-hidden": "true" },
    svg("path", { class: "chart-grid", d: `M0 0H${width}M0 ${height}H${width}` }),
    svg("path", { class: "chart-area", d: `${path}V${height}H${points[0].x.toFixed(1)}Z` }),
    svg("path", { class: "chart-line", d: path }),
    svg("line", { class: "chart-rule chart-here", y1: 0, y2: height }),
    svg("circle", { class: "chart-dot chart-here", r: 4.5 }),
  );
}

/** The same figures as a table, for who cannot see the line or wants the numbers. */
function table(shares, day, title) {
  const rows = shares
    .map((value, nth) => el("tr", {}, el("th", { scope: "row" }, dayName(day(nth))), el("td", {}, share(value))))
    .reverse();
  return el(
    "details",
    { class: "chart-table" },
    el("summary", {}, t("chart.table")),
    el(
      "table",
      {},
      el("caption", { class: "hidden" }, title),
      el("tbody", {}, rows),
    ),
  );
}
