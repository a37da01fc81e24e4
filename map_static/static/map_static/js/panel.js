// The list of cells with their coverage, and the area's figures above it.
import { bar, byId, el, present } from "./dom.js";
import { plainName } from "./paint.js";
import { count, dayName, days, metres, share, t } from "./words.js";

const FIRST = 200;

/** Grey shapes where figures will stand, so that nothing jumps when they come. */
export function showLoading() {
  byId("summary").replaceChildren(
    el("div", { class: "skeleton big" }),
    el("div", { class: "skeleton" }),
  );
  const rows = Array.from({ length: 6 }, () => el("li", { class: "skeleton row" }));
  byId("cells").replaceChildren(el("ul", { class: "cell-list", "aria-busy": "true" }, rows));
}

/** A sentence and what to do, in place of the list. */
export function showEmpty(title, hint, command = null) {
  byId("summary").replaceChildren();
  byId("cells").replaceChildren(
    el(
      "div",
      { class: "empty" },
      el("h2", {}, title),
      el("p", {}, hint),
      command && el("pre", { class: "command" }, el("code", {}, command)),
    ),
  );
}

/** Why the figures are not there, with a button to try again. */
export function showFailed(message, retry) {
  byId("summary").replaceChildren();
  byId("cells").replaceChildren(
    el(
      "div",
      { class: "empty" },
      el("p", {}, message),
      el("button", { type: "button", class: "button", onclick: retry }, t("state.retry")),
    ),
  );
}

/** Figures of several areas that a member holds, added up as one. */
export function together(answers) {
  const sum = (key) => answers.reduce((total, answer) => total + answer[key], 0);
  const [first] = answers;
  if (answers.length === 1) return first;
  const total = sum("metres");
  return {
    ...first,
    metres: total,
    covered_metres: sum("covered_metres"),
    overdue_metres: sum("overdue_metres"),
    coverage: total ? sum("covered_metres") / total : null,
    patrols: null,
    members: null,
    buildings_passed: sum("buildings_passed"),
    cells: answers.flatMap((answer) => answer.cells),
  };
}

/** Least covered first; a cell without streets comes last. */
export function sorted(cells) {
  return [...cells].sort(
    (a, b) => (a.coverage ?? 2) - (b.coverage ?? 2) || a.code.localeCompare(b.code),
  );
}

/** The figures of an area in a window {days, day}. */
export function showSummary(figures, { days: window, day }) {
  const { metres: all, covered_metres: covered, coverage, overdue_metres: overdue } = figures;
  const parts = [
    el(
      "p",
      { class: "headline" },
      el("strong", {}, share(coverage)),
      " ",
      el("span", {}, t("figure.coverage_in", { days: days(window) })),
    ),
    bar(coverage),
    el("p", { class: "quiet" }, t("figure.covered", { covered: metres(covered), metres: metres(all) })),
    el(
      "ul",
      { class: "facts" },
      el("li", { class: overdue > 0 ? "warn" : "" }, overdueText(overdue)),
      figures.patrols != null && el("li", {}, count("figure.patrols", figures.patrols)),
      figures.members != null && el("li", {}, count("figure.members", figures.members)),
      el("li", {}, count("figure.buildings", figures.buildings_passed)),
    ),
    covered === 0 &&
      el(
        "p",
        { class: "hint" },
        `${noPatrols(window, day)}. ${t("empty.no_patrols_hint")}`,
      ),
  ];
  byId("summary").replaceChildren(...present(parts));
}

function noPatrols(window, day) {
  if (!day) return t("empty.no_patrols", { days: days(window) });
  return t("empty.no_patrols_until", { days: days(window), day: dayName(day) });
}

function overdueText(overdue) {
  return overdue > 0 ? t("figure.overdue", { metres: metres(overdue) }) : t("figure.none_overdue");
}

/**
 * The cells as buttons, each with a box to select it; `on` is {choose(cell), tick(code, on),
 * ticked(code)}.
 */
export function showCells(cells, chosenCode, on, most = FIRST) {
  const rows = sorted(cells);
  const list = el(
    "ul",
    { class: "cell-list" },
    rows.slice(0, most).map((cell) => row(cell, cell.code === chosenCode, on)),
  );
  const more = rows.length - most;
  byId("cells").replaceChildren(
    el("h2", { class: "list-title" }, count("figure.cells", rows.length)),
    list,
    more > 0
      ? el(
          "button",
          {
            type: "button",
            class: "button wide",
            onclick: () => showCells(cells, chosenCode, on, most * 5),
          },
          t("list.more", { n: more }),
        )
      : "",
  );
}

/** The boxes as they are ticked now; the list stays as it is. */
export function tickCells(ticked) {
  for (const box of byId("cells").querySelectorAll("input")) box.checked = ticked(box.value);
}

function row(cell, chosen, { choose, tick, ticked }) {
  const label = t("select.tick", { name: `${cell.code.slice(-3)} ${plainName(cell)}` });
  const box = el("input", { type: "checkbox", value: cell.code, "aria-label": label, checked: ticked(cell.code) });
  box.addEventListener("change", () => tick(cell.code, box.checked));
  return el(
    "li",
    { class: "tickable" },
    // The label is as large as a finger; the box alone is not.
    el("label", { class: "tick" }, box),
    el(
      "button",
      {
        type: "button",
        class: "cell",
        "data-code": cell.code,
        "aria-current": chosen ? "true" : null,
        onclick: () => choose(cell),
      },
      el("span", { class: "cell-code" }, cell.code.slice(-3)),
      el("span", { class: "cell-name" }, plainName(cell)),
      el("span", { class: "cell-share" }, cell.metres ? share(cell.coverage) : t("figure.no_streets")),
      bar(cell.coverage),
      el("span", { class: "cell-member" }, cell.member ?? t("list.nobody")),
      el(
        "span",
        { class: "cell-overdue" },
        cell.overdue_metres > 0 ? t("figure.overdue", { metres: metres(cell.overdue_metres) }) : "",
      ),
    ),
  );
}
