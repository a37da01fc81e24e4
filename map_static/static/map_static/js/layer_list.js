// The layers by what they are about, each with how opaque it is drawn; and which cases are shown.
import { byId, el } from "./dom.js";
import { coloursNow } from "./look.js";
import { caseStateMark } from "./marks.js";
import { marked } from "./mark_picture.js";
import { LAYERS } from "./state.js";
import { CASE_STATES, opacityOf, switched, withOpacity } from "./state_layers.js";
import { t } from "./words.js";

const GROUPS = [
  ["coverage", ["cells", "streets", "overdue", "coverage", "tracks"]],
  ["light", ["darkness", "night", "lamps", "circuits"]],
  ["cases", ["cases", "heat"]],
  ["care", ["care", "doors"]],
  ["places", ["buildings", "service_points"]],
];
/** Filters of another layer, and what is drawn to be worked with: as opaque as it is. */
const NO_SLIDER = ["overdue", "circuits"];
const STATES = Object.keys(CASE_STATES);

/** Doors to visit are offered to who may know of them. */
export const isOffered = (layer) => layer !== "doors" || "cares" in byId("layers").dataset;

export function startLayers(state) {
  const groups = GROUPS.map(([name, layers]) => {
    const offered = layers.filter(isOffered);
    const head = el("h2", { id: `layers-${name}` }, t(`layers.${name}`));
    const rows = offered.map((layer) => row(state, layer));
    return [head, el("ul", { class: "checks", "aria-labelledby": head.id }, ...rows)];
  });
  byId("layer-list").replaceChildren(...groups.flat());
  startStates(state);
  show(state.now);
  state.listen((now, before) => {
    if (now.layers !== before.layers || now.states !== before.states || now.opacity !== before.opacity) show(now);
  });
}

function row(state, layer) {
  const name = el("span", { id: `layer-${layer}` }, t(`layer.${layer}`));
  const box = el("input", { type: "checkbox", name: "layer", value: layer });
  box.addEventListener("change", () =>
    state.change({ layers: switched(state.now.layers, layer, box.checked, LAYERS) }),
  );
  const parts = [el("label", {}, box, name)];
  if (!NO_SLIDER.includes(layer)) parts.push(slider(state, layer));
  if (layer === "cases") parts.push(el("div", { id: "case-states" }));
  return el("li", { class: "layer" }, ...parts);
}

function slider(state, layer) {
  const input = el("input", {
    ...{ type: "range", min: 10, max: 100, step: 10, "data-layer": layer },
    ...{ "aria-label": t("layers.opacity"), "aria-describedby": `layer-${layer}` },
    title: t("layers.opacity"),
  });
  input.addEventListener("input", () =>
    state.change({ opacity: withOpacity(state.now.opacity, layer, Number(input.value) / 100) }),
  );
  return input;
}

/** Open cases by their urgency, or those of some states by state. */
function startStates(state) {
  const how = el(
    "select",
    { "aria-label": t("case.coloured_by") },
    el("option", { value: "urgency" }, t("case.by_urgency")),
    el("option", { value: "state" }, t("case.by_state")),
  );
  how.addEventListener("change", () =>
    state.change({ states: how.value === "state" ? ["waiting", "work", "hold"] : null }),
  );
  const boxes = STATES.map((name) => {
    const box = el("input", { type: "checkbox", name: "case-state", value: name });
    box.addEventListener("change", () =>
      state.change({ states: switched(state.now.states ?? [], name, box.checked, STATES) }),
    );
    const mark = el("span", { class: "state-mark", "data-state": name });
    return el("li", {}, el("label", {}, box, mark, el("span", {}, t(`case.state.${name}`))));
  });
  byId("case-states").append(how, el("ul", { class: "checks" }, ...boxes));
}

/** Tick what is on; sliders and states are there for what is. */
function show({ layers, opacity, states }) {
  for (const box of byId("layer-list").querySelectorAll('input[name="layer"]')) {
    box.checked = layers.includes(box.value);
  }
  for (const input of byId("layer-list").querySelectorAll("input[type=range]")) {
    const { layer } = input.dataset;
    input.hidden = !layers.includes(layer);
    input.value = String(Math.round(opacityOf(opacity, layer) * 100));
  }
  const part = byId("case-states");
  part.hidden = !layers.includes("cases");
  part.querySelector("select").value = states ? "state" : "urgency";
  part.querySelector("ul").hidden = !states;
  const colours = coloursNow();
  for (const box of part.querySelectorAll("input")) box.checked = states?.includes(box.value) ?? false;
  for (const mark of part.querySelectorAll(".state-mark")) {
    mark.replaceChildren(marked(caseStateMark(mark.dataset.state, colours)));
  }
}
