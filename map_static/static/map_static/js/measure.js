// Measuring on the map: points by click, or the middle of the map by Enter.
import { byId, el, icon } from "./dom.js";
import { area, distance } from "./measured.js";
import { metres, squareMetres, t } from "./words.js";

export function startMeasure({ map, view }) {
  const bar = byId("measure");
  const figures = el("output", { class: "measured" });
  const button = (key, name, act) =>
    el("button", { type: "button", class: "icon-button", "aria-label": t(key), title: t(key), onclick: act }, icon(name));
  bar.append(
    el("p", { class: "hint" }, t("measure.how")),
    figures,
    el(
      "div",
      { class: "measure-buttons" },
      button("measure.undo", "back", undo),
      button("measure.clear", "stop", clear),
      button("measure.done", "close", finish),
    ),
  );
  let points = null;
  let from = null;

  function begin(opener) {
    from = opener;
    points = [];
    bar.hidden = false;
    byId("map").classList.add("measures");
    show();
    map.focus();
  }

  function finish() {
    if (!points) return;
    points = null;
    bar.hidden = true;
    byId("map").classList.remove("measures");
    map.measured(null);
    from?.focus();
  }

  function undo() {
    points.pop();
    show();
  }

  function clear() {
    points = [];
    show();
  }

  function add({ lon, lat }) {
    points.push([lon, lat]);
    show();
  }

  function show() {
    const far = t("measure.distance", { metres: exactly(distance(points)) });
    const wide = points.length > 2 ? t("measure.area", { area: squareMetres(area(points)) }) : "";
    figures.replaceChildren(el("b", {}, far), ...(wide ? [el("span", {}, wide)] : []));
    map.measured(points, view.colours);
  }

  document.addEventListener("keydown", (event) => {
    if (!points || event.target.closest("#panel, #tools, dialog, .notice")) return;
    if (event.key === "Escape") finish();
    else if (event.key === "Backspace") undo();
    else if (event.key === "Enter" && !event.target.closest("button, a")) add(map.middle());
    else return;
    event.preventDefault();
  });
  byId("tool-measure").addEventListener("click", () => {
    const menu = byId("map-tools");
    menu.open = false;
    if (points) finish();
    else begin(menu.querySelector("summary"));
  });
  return {
    took(place) {
      if (points) add(place);
      return Boolean(points);
    },
    recoloured: () => points && show(),
  };
}

/** Below ten metres with a decimal: a door is measured, too. */
const exactly = (n) => (n > 0 && n < 10 ? t("unit.metres", { n: n.toFixed(1) }) : metres(n));
