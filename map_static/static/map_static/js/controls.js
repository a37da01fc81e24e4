// The switches: time, kinds of street and base map.
import { byId, el } from "./dom.js";
import { page } from "./page.js";
import { KINDS, WINDOWS } from "./state.js";
import { days, t } from "./words.js";

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

/** The kinds of street and the base maps; the layers are in layer_list.js. */
export function startFilters(state) {
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

/** A change of language must not lose the view: the address after the # is not sent to the server. */
export function startLanguage() {
  for (const form of document.querySelectorAll("form.language")) {
    form.addEventListener("submit", () => {
      form.elements.next.value = location.pathname + location.search + location.hash;
    });
  }
}
