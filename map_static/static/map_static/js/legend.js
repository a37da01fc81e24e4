// What the colours and shapes on the map mean, in their order; on the screen and on paper.
import { classes } from "./cell_shares.js";
import { CLASSES } from "./difference.js";
import { differenceSwatch } from "./difference_swatch.js";
import { byId, el, svg } from "./dom.js";
import { ORDER } from "./freshness.js";
import { KERNEL } from "./heat_kernel.js";
import { isOffered } from "./layer_list.js";
import { coloursNow } from "./look.js";
import { drawing, marked } from "./mark_picture.js";
import { caseMark, caseStateMark, doorMark, lampMark } from "./marks.js";
import { page } from "./page.js";
import { opacityOf } from "./state_layers.js";
import { dayName, days, metres, share, t } from "./words.js";

/** Fill the legend for what is looked at. */
export function showLegend(now, greys) {
  byId("legend-day").textContent = now.day ? t("legend.as_of", { day: dayName(now.day) }) : "";
  const walked = differs(now) ? "compare.head" : classesShown(now.layers).length ? "legend.walked" : "legend.head";
  byId("legend-head").textContent = t(walked);
  byId("legend-list").replaceChildren(...legendRows(now, greys, coloursNow()));
}

/** The legend's rows in the colours of a look. */
export function legendRows(now, greys, colours) {
  const rows = differs(now) ? ofDifference(colours) : ofFreshness(now, colours);
  if (greys) rows.push(el("li", { class: "quiet" }, t("legend.grey")));
  return [...rows, ...ofLayers(now, colours)];
}

/** Whether the streets show how two periods differ. */
const differs = ({ vs, layers }) => vs?.shown === "difference" && classesShown(layers).length > 0;

const ofDifference = (colours) =>
  CLASSES.map((cls) => el("li", {}, differenceSwatch(cls, colours), t(`compare.${cls}`)));

function ofFreshness(now, colours) {
  return classesShown(now.layers).map((cls) => {
    const swatch = el("span", { class: `swatch ${cls}` });
    if (cls === "never") swatch.style.setProperty("--dash", colours.freshness[cls]);
    else swatch.style.backgroundColor = colours.freshness[cls];
    return el("li", {}, swatch, legendWord(cls, now));
  });
}

function classesShown(layers) {
  if (layers.includes("overdue")) return ["overdue", "never"];
  return layers.includes("streets") ? ORDER : [];
}

/** What is drawn of the layers that are switched on beside freshness. */
function ofLayers({ layers, states, opacity }, colours) {
  const rows = [];
  const group = (name, ...of) => {
    rows.push(el("li", { class: "legend-group" }, t(`layer.${name}`)), ...of);
  };
  const row = (key, swatch) => el("li", {}, swatch, t(key));
  if (layers.includes("darkness")) {
    group(
      "darkness",
      row("dark.unlit", casing(colours.unlitEdge, colours.unlit, colours.plain)),
      row("dark.fault", casing(colours.fault, colours.fault, colours.plain)),
      row("dark.alone", casing(colours.unlitEdge, colours.unlit, colours.plain, true)),
    );
  }
  if (layers.includes("lamps")) {
    const lamp = (working) => marked(lampMark(working, colours));
    group("lamps", row("lamp.working", lamp(true)), row("lamp.dark", lamp(false)), row("lamp.unknown", lamp(null)));
  }
  if (layers.includes("circuits")) {
    group(
      "circuits",
      row("cable.checked", wire(colours.cellLine)),
      row("cable.draft", wire(colours.cellLine, true)),
      row("cable.chosen", wire(colours.cable)),
    );
  }
  if (layers.includes("cases")) group("cases", ...(states ? byState(states, colours) : byUrgency(colours)));
  if (layers.includes("heat")) {
    group(
      "heat",
      ...[1, 3, 5].map((of) => row(`heat.${of}`, patch(colours.heat[of - 1], colours.cellLine))),
      el("li", { class: "quiet" }, t("heat.kernel", { metres: metres(KERNEL) })),
    );
  }
  for (const layer of ["coverage", "night"]) {
    if (layers.includes(layer)) group(layer, ...byShare(colours, opacityOf(opacity, layer)));
  }
  if (layers.includes("care")) {
    const ground = (step) => patch(colours[`care${step}`] ?? colours.land, colours.cellLine);
    group(
      "care",
      ...[3, 2, 1, 0].map((step) => row(`care.step${step}`, ground(step))),
      el("li", { class: "quiet" }, t("care.label")),
    );
  }
  if (layers.includes("doors") && isOffered("doors")) {
    const house = (when) => row(`door.${when}`, marked(doorMark(when, colours)));
    group("doors", house("overdue"), house("today"), house("later"));
  }
  return rows;
}

function byUrgency(colours) {
  const plain = { ...colours, caseOpen: colours.plain };
  const topics = ["facility", "event"].flatMap((of) => [marked(caseMark("open", of, plain)), t(`case.${of}`)]);
  return [
    ...["overdue", "soon", "open"].map((of) =>
      el("li", {}, marked(caseMark(of, "facility", colours)), t(`case.${of}`)),
    ),
    el("li", {}, ...topics),
  ];
}

const byState = (states, colours) =>
  states.map((of) => el("li", {}, marked(caseStateMark(of, colours)), t(`case.state.${of}`)));

/** The classes of cells by their share, and what has no street. */
function byShare(colours, opacity) {
  const breaks = page.colours.coverageFrom;
  const rows = classes(breaks).map(([from, to], nth) => {
    const colour = colours.coverage[breaks.length - nth];
    const words = `${share(from)} – ${share(to)}`;
    return el("li", {}, patch(colour, colours.cellLine, opacity), words);
  });
  return [...rows, el("li", {}, hatched(colours), t("figure.no_streets"))];
}

function hatched({ textQuiet, cellLine }) {
  const lines = svg("path", { d: "M-11 1L-3 -7M-8 7L6 -7M1 7L11 -3", stroke: textQuiet });
  const edge = svg("path", { d: "M-11 -7H11V7H-11Z", fill: "none", stroke: cellLine, "stroke-opacity": 0.5 });
  return drawing(lines, edge);
}

function patch(colour, line, opacity = 1) {
  const look = { fill: colour, "fill-opacity": opacity, stroke: line, "stroke-opacity": 0.5 };
  return drawing(svg("path", { d: "M-11 -7H11V7H-11Z", ...look }));
}

function wire(colour, draft = false) {
  const dash = draft ? { "stroke-dasharray": "7 4" } : {};
  return drawing(svg("path", { d: "M-14 0H14", stroke: colour, "stroke-width": 3, ...dash }));
}

/** A piece of street in its casing, with ticks where nobody walked. */
function casing(edge, inside, street, ticks = false) {
  const line = (stroke, width, more = {}) =>
    svg("path", { d: "M-14 0H14", stroke, "stroke-width": width, ...more });
  const parts = [line(edge, 12), line(inside, 9), line(street, 5)];
  if (ticks) parts.unshift(line(edge, 18, { "stroke-dasharray": "1.6 5" }));
  return drawing(...parts);
}

export function legendWord(cls, { days: window, day }) {
  return cls === "today" && day ? dayName(day) : t(`fresh.${cls}`, { days: days(window) });
}
