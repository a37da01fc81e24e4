// Cards of what was clicked on the map or in a list: a case, a dark stretch of street.
import { givenUp, Latest } from "./api.js";
import { open, planButton, reportLink } from "./card.js";
import { el } from "./dom.js";
import { explain } from "./notices.js";
import { absolute, ago, count, metres, placeName, t } from "./words.js";

/** The card of a case. The map knows little of it: the rest is asked for with the click. */
export class CaseCard {
  #latest = new Latest();

  constructor(close) {
    this.close = close;
  }

  /** A feature {id, properties: {name}} of the map. */
  async open(found) {
    const title = `#${found.id} ${found.properties.name}`;
    open(title, this.close, el("div", { class: "skeleton row" }), el("div", { class: "skeleton row" }));
    try {
      const { properties } = await this.#latest.get(`cases/${found.id}/`);
      open(title, this.close, caseFacts(found.id, properties));
    } catch (error) {
      if (givenUp(error)) return;
      const again = { type: "button", class: "button", onclick: () => this.open(found) };
      const what = el("p", {}, explain(error));
      open(title, this.close, el("div", { class: "empty" }, what, el("button", again, t("state.retry"))));
    }
  }

  /** Something else is shown: an answer under way comes too late. */
  leave() {
    this.#latest.stop();
  }
}

function caseFacts(id, p) {
  const fact = (label, ...value) => [el("dt", {}, t(label)), el("dd", {}, value)];
  return el(
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
