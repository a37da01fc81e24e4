// The panel's section about light: metres lit and dark, and what is dark and was not walked at night.
import { byId, el, present } from "./dom.js";
import { stretchFacts, stretchName } from "./place_cards.js";
import { count, days, metres, share, t } from "./words.js";

const FIRST = 6;

export function hideDarkness() {
  byId("darkness").hidden = true;
}

function show(...parts) {
  byId("darkness").hidden = false;
  byId("darkness").replaceChildren(el("h2", {}, t("layer.darkness")), ...present(parts));
}

export function showDarknessLoading() {
  show(el("div", { class: "skeleton" }), el("div", { class: "skeleton row" }));
}

export function showDarknessFailed(message, retry) {
  const again = el("button", { type: "button", class: "button", onclick: retry }, t("state.retry"));
  show(el("div", { class: "empty" }, el("p", {}, message), again));
}

/** The figures of the chosen areas in a window of days; `choose` is told a stretch of the list. */
export function showDarkness(found, window, choose) {
  const { metres: all, lit_metres: lit, unlit_metres: unlit, fault_metres: fault } = found;
  const night = all ? found.night_covered_metres / all : null;
  const fact = (key, value) => [el("dt", {}, t(key)), el("dd", {}, value)];
  const list = el("div", { class: "dark-list" });
  show(
    lightBar([["lit", lit], ["unlit", unlit], ["fault", fault]]),
    el(
      "dl",
      { class: "figures" },
      fact("dark.lit", metres(lit)),
      fact("dark.unlit", metres(unlit)),
      fact("dark.fault", metres(fault)),
      fact("dark.night_coverage", t("dark.night_share", { share: share(night), days: days(window) })),
    ),
    el("h3", {}, t("dark.list", { days: days(window) })),
    found.list.length ? list : el("p", { class: "hint" }, t("dark.none")),
  );
  fill(list, found.list, choose, FIRST);
}

/** Shares of the whole side by side. */
function lightBar(parts) {
  return el(
    "div",
    { class: "light-bar", "aria-hidden": "true" },
    parts.map(([kind, of]) => {
      const part = el("span", { class: kind });
      part.style.flexGrow = String(Math.round(of));
      return part;
    }),
  );
}

function fill(list, rows, choose, most) {
  const more = rows.length - most;
  list.replaceChildren(
    ...present([
      el("ul", { class: "cell-list" }, rows.slice(0, most).map((row) => entry(row, choose))),
      more > 0 &&
        el(
          "button",
          { type: "button", class: "button wide", onclick: () => fill(list, rows, choose, most * 5) },
          count("dark.more", more),
        ),
    ]),
  );
}

function entry(row, choose) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "stretch", onclick: () => choose(row) },
      el("span", { class: "stretch-name" }, stretchName(row)),
      el("span", { class: "stretch-metres" }, metres(row.metres)),
      el("ul", { class: "facts" }, stretchFacts(row)),
    ),
  );
}
