// The switches: time, layers, kinds of street, base map, and the legend.
import { byId, el, svg } from "./dom.js";
import { ORDER } from "./freshness.js";
import { coloursNow } from "./look.js";
import { caseMark, doorMark, lampMark, pathData } from "./marks.js";
import { page } from "./page.js";
import { KINDS, LAYERS, WINDOWS } from "./state.js";
import { dayName, days, t } from "./words.js";

/** Buttons for the days that are looked at. */
export function startTime(state) {
  const buttons = WINDOWS.map((window) =>
    el(
      "button",
      { type: "button", "data-days": window, onclick: () => state.change({ days: window }) },
      days(window),
    ),
  );
  byId("time").append(...buttons);
  const show = ({ days: chosen }) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.days) === chosen));
    }
  };
  show(state.now);
  state.listen(show);
}

function check(type, name, value, label, on, change) {
  const box = el("input", { type, name, value, checked: on });
  box.addEventListener("change", () => change(box.checked));
  return el("li", {}, el("label", {}, box, el("span", {}, label)));
}

function toggled(list, item, on, order) {
  return order.filter((each) => (each === item ? on : list.includes(each)));
}

/** Doors to visit are offered to who may know of them. */
export const isOffered = (layer) => layer !== "doors" || "cares" in byId("layers").dataset;

export function startLayers(state) {
  byId("layer-list").append(
    ...LAYERS.filter(isOffered).map((layer) =>
      check("checkbox", "layer", layer, t(`layer.${layer}`), state.now.layers.includes(layer), (on) =>
        state.change({ layers: toggled(state.now.layers, layer, on, LAYERS) }),
      ),
    ),
  );
  byId("kind-list").append(
    ...KINDS.map((kind) =>
      check("checkbox", "kind", kind, t(`street.${kind}`), state.now.kinds.includes(kind), (on) =>
        state.change({ kinds: toggled(state.now.kinds, kind, on, KINDS) }),
      ),
    ),
  );
  if (!page.baseMaps.length) return;
  byId("base-choice").hidden = false;
  const bases = [
    ["own", t("base.own")],
    ...page.baseMaps.map(({ name }) => [name, name]),
    ["none", t("base.none")],
  ];
  byId("base-list").append(
    ...bases.map(([value, label]) =>
      check("radio", "base", value, label, state.now.base === value, () =>
        state.change({ base: value }),
      ),
    ),
  );
}

/** What the colours mean, in their order. */
export function showLegend(window, greys) {
  const { day } = window;
  byId("legend-day").textContent = day ? t("legend.as_of", { day: dayName(day) }) : "";
  const all = coloursNow();
  const colours = all.freshness;
  const rows = ORDER.map((cls) => {
    const swatch = el("span", { class: `swatch ${cls}` });
    if (cls === "never") swatch.style.setProperty("--dash", colours[cls]);
    else swatch.style.backgroundColor = colours[cls];
    return el("li", {}, swatch, legendWord(cls, window));
  });
  if (greys) rows.push(el("li", { class: "quiet" }, t("legend.grey")));
  byId("legend-list").replaceChildren(...rows, ...legendOfLayers(window.layers, all));
}

/** What is drawn of the layers that are switched on beside freshness. */
function legendOfLayers(layers, colours) {
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
  if (layers.includes("cases")) {
    const plain = { ...colours, caseOpen: colours.plain };
    group(
      "cases",
      ...["overdue", "soon", "open"].map((of) => row(`case.${of}`, marked(caseMark(of, "facility", colours)))),
      el(
        "li",
        {},
        ...["facility", "event"].flatMap((of) => [marked(caseMark("open", of, plain)), t(`case.${of}`)]),
      ),
    );
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

const drawing = (...parts) =>
  svg("svg", { class: "legend-mark", viewBox: "-14 -9 28 18", width: 28, height: 18, "aria-hidden": "true" }, ...parts);

function marked({ shape, radius, fill, line, weight }) {
  return drawing(svg("path", { d: pathData(shape, radius), fill, stroke: line, "stroke-width": weight }));
}

function patch(colour, line) {
  return drawing(svg("path", { d: "M-11 -7H11V7H-11Z", fill: colour, stroke: line, "stroke-opacity": 0.5 }));
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

/** A popover closes on a click elsewhere and on Escape, which gives the focus back. */
export function startPopovers() {
  const open = () => document.querySelectorAll("details.popover[open]");
  document.addEventListener("pointerdown", (event) => {
    for (const popover of open()) if (!popover.contains(event.target)) popover.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const popover of open()) {
      popover.open = false;
      popover.querySelector("summary").focus();
    }
  });
  // The address after the # is not sent to the server; a change of language must not lose the view.
  for (const form of document.querySelectorAll("form.language")) {
    form.addEventListener("submit", () => {
      form.elements.next.value = location.pathname + location.search + location.hash;
    });
  }
}
