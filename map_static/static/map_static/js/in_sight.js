// What the layers of points show on the screen, as a list: for the keyboard and for screen readers.
import { byId, el } from "./dom.js";
import { POINTS } from "./points.js";
import { amount, t } from "./words.js";

const MOST = 50;
/** What needs doing comes first. */
const ORDER = ["cases", "doors", "lamps", "service_points"];

/** What can be selected from this list; see select.js. */
const TICKED = ["lamps", "cases"];

export function startInSight({ view, pointLayers, open, tell }) {
  /** By layer, the ids that are selected. */
  let ticked = {};
  const part = byId("in-sight");
  let soon = 0;

  /** The list is made when it is looked at; its heading counts always. */
  function show() {
    const layers = pointLayers()
      .filter(({ name }) => view.shows(name))
      .sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
    part.hidden = !layers.length;
    if (part.hidden) return;
    const found = layers.map((layer) => [layer, layer.inSight()]);
    const number = found.reduce((sum, [, features]) => sum + features.length, 0);
    byId("in-sight-count").textContent = amount(number);
    if (!part.open) return;
    byId("in-sight-list").replaceChildren(
      ...(number ? found.flatMap(([layer, features]) => listed(layer, features)) : [hint(t("sight.none"))]),
    );
  }

  const hint = (words) => el("p", { class: "hint" }, words);

  function listed({ name }, features) {
    if (!features.length) return [];
    const more = features.length - MOST;
    const rows = features.slice(0, MOST).map((feature) => el("li", { class: "tickable" }, tick(name, feature), entry(name, feature)));
    return [
      el("h3", {}, `${t(`layer.${name}`)} · ${amount(features.length)}`),
      el("ul", {}, ...rows),
      ...(more > 0 ? [hint(t("sight.more", { n: amount(more) }))] : []),
    ];
  }

  function entry(name, feature) {
    const words = POINTS[name].label(feature);
    if (name === "service_points") return el("span", {}, words);
    return el("button", { type: "button", onclick: () => open(name, feature) }, words);
  }

  function tick(name, feature) {
    if (!TICKED.includes(name)) return null;
    const label = t("select.tick", { name: POINTS[name].label(feature) });
    const box = el("input", { type: "checkbox", "aria-label": label, checked: Boolean(ticked[name]?.includes(feature.id)) });
    box.addEventListener("change", () => tell("ticked", name, feature.id, box.checked));
    return el("label", { class: "tick" }, box);
  }

  function later() {
    clearTimeout(soon);
    soon = setTimeout(show, 100);
  }

  part.addEventListener("toggle", show);
  return { begin: later, drew: later, moved: later, changed: later, selected: (ids) => ((ticked = ids), later()) };
}
