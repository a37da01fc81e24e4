// Doors with a visit due: overdue first, then today's and this week's, the nearest of each first.
import { el } from "../../dom.js";
import { head, put, row } from "../records_parts.js";
import { visitsNow } from "../records_pending.js";
import { visitStateName } from "../records_reference.js";
import { isNew } from "../renew.js";
import { listed, localMoment, recorded } from "../records_visit.js";
import { windowsText } from "../records_visit_parts.js";

export const name = "visits";
let open = null;

/** @param {{building?: number}} params only those of one building */
export function enter(root, params, app) {
  app.sheet?.set("high");
  open = new VisitList(root, app, params);
  open.show();
}

export function leave() {
  open?.close();
  open = null;
}

class VisitList {
  constructor(root, app, params) {
    Object.assign(this, { root, app, params });
    this.onChange = ({ detail }) => {
      if (detail.what.has("visits") || detail.what.has("operations")) this.show();
    };
    app.data.addEventListener("change", this.onChange);
    // Asked once: a list that changes its order under a finger helps nobody.
    if (!app.here.lately()) app.here.soon().then((place) => place && open === this && this.show());
  }

  close() {
    this.app.data.removeEventListener("change", this.onChange);
  }

  show() {
    const { app, params } = this;
    const all = visitsNow(app.data.visits(), app.data.operations()).filter(
      (visit) => params.building == null || visit.building === params.building,
    );
    const { day } = localMoment(app.now(), app.settings.timeZone);
    const parts = listed(all, app.here.lately(), day);
    const made = recorded(all);
    if (!isNew(this, app.data.reference()?.version, day, parts, made)) return;
    put(
      this.root,
      head(app, app.words("field.visit.list")),
      !parts.length && el("p", { class: "quiet" }, app.words("field.visit.none")),
      parts.map(({ part, visits }) => [
        el(
          "h2",
          {},
          app.words(`field.visit.${part}`),
          " ",
          el("span", { class: "quiet" }, app.say.number(visits.length)),
        ),
        el(
          "ul",
          { class: "rec-rows" },
          visits.map(({ of, metres }) => this.#row(of, metres, part)),
        ),
      ]),
      made.length > 0 && el("h2", {}, app.words("field.visit.recorded")),
      el(
        "ul",
        { class: "rec-rows" },
        made.map((visit) => this.#made(visit)),
      ),
    );
  }

  #row(visit, metres, part) {
    const { app } = this;
    const below = [
      part === "today" ? null : app.say.day(visit.planned_for),
      windowsText(app, visit.windows),
      visit.last &&
        app.words("field.visit.last", {
          state: visitStateName(app.data.reference(), visit.last, app.settings.language),
        }),
    ];
    return row(
      () => app.show("visit", { visit: visit.id }),
      null,
      visit.door
        ? app.words("field.visit.door", { address: visit.address, door: visit.door })
        : visit.address,
      below.filter(Boolean).join(" · "),
      metres !== null && el("span", { class: "quiet" }, app.say.metres(metres)),
    );
  }

  #made(visit) {
    const { app } = this;
    return el(
      "li",
      { class: "rec-card" },
      el("b", {}, visit.address, visit.door ? ` · ${visit.door}` : ""),
      el(
        "p",
        { class: "rec-chips" },
        el(
          "span",
          { class: "rec-chip" },
          visitStateName(app.data.reference(), visit.recorded, app.settings.language),
        ),
        el("span", { class: "rec-chip is-waiting" }, app.words("field.rec.not_sent")),
      ),
    );
  }
}
