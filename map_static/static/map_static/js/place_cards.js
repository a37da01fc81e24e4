// Cards of what was clicked on the map or in a list: a case, a dark stretch of street.
import { open, planButton, reportLink } from "./card.js";
import { el } from "./dom.js";
import { absolute, ago, count, metres, placeName, t } from "./words.js";

/** An open case, as /api/v1/cases/map/ tells it. */
export function showCase({ id, properties: p }, close) {
  const fact = (label, ...value) => [el("dt", {}, t(label)), el("dd", {}, value)];
  open(
    `#${id} ${p.category_name}`,
    close,
    el(
      "div",
      { class: "column" },
      el(
        "ul",
        { class: "facts" },
        el("li", {}, t(`progress.${p.state}`)),
        p.overdue && el("li", { class: "warn" }, t("case.overdue")),
        p.simulated && el("li", {}, t("card.simulated")),
      ),
      p.whereabouts && el("p", { class: "quiet" }, p.whereabouts),
      el(
        "dl",
        { class: "figures" },
        fact("case.due", p.due_at ? moment(p.due_at) : "–"),
        fact("case.responsible", p.responsible?.name ?? t("card.nobody")),
        fact("case.with", p.assignee?.name ?? p.crew?.name ?? "–"),
        fact("case.reported", moment(p.reported_at)),
      ),
      el("a", { class: "button primary wide", href: `/cases/${id}/` }, t("case.open_it")),
    ),
  );
}

const moment = (at) => el("time", { datetime: at, title: absolute(at) }, ago(at));

/** What a stretch of the darkness list is called. */
export function stretchName(row) {
  return placeName(row) || t("card.unnamed", { kind: t(`street.${row.kind}`) });
}

/** What is known of a dark stretch, as short facts. */
export function stretchFacts(row) {
  return [
    row.incidents > 0 && el("li", { class: "warn" }, count("dark.incidents", row.incidents)),
    row.fault_metres > 0 && el("li", {}, t("dark.fault_metres", { metres: metres(row.fault_metres) })),
  ];
}

/** A dark stretch that nobody walked at night; `planWalk` is told where it begins. */
export function showStretch(row, close, planWalk) {
  const [lon, lat] = row.line[Math.floor(row.line.length / 2)];
  open(
    stretchName(row),
    close,
    el(
      "div",
      { class: "column" },
      el("p", { class: "quiet" }, `${t(`street.${row.kind}`)} · ${metres(row.metres)}`),
      el("p", {}, t("dark.alone")),
      el("ul", { class: "facts" }, stretchFacts(row)),
      planButton(t("walk.from_here"), () => planWalk({ lon, lat })),
      reportLink(t("case.report_here"), { lon, lat }),
    ),
  );
}
