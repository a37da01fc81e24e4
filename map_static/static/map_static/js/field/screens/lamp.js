// A lamp: one tap says whether it is lit or dark. A wrong tap is put right by tapping the other.
import { el, icon } from "../../dom.js";
import { caseRow } from "../records_case_parts.js";
import { button, caseState, head, markOnce, once, pendingChip, put } from "../records_parts.js";
import { casesNow, lampsNow } from "../records_pending.js";
import { save } from "../records_save.js";
import { isNew } from "../renew.js";

export const name = "lamp";
const SEEN = ["lit", "dark"];
let open = null;

/** @param {{lamp: number, again?: string}} params `again`: a refused sighting that this one stands for */
export function enter(root, params, app) {
  app.sheet?.set("middle");
  open = new LampView(root, app, params);
  open.show();
}

export function leave() {
  open?.close();
  open = null;
}

class LampView {
  constructor(root, app, params) {
    Object.assign(this, { root, app, params });
    this.onChange = ({ detail }) => {
      if (["lamps", "cases", "operations"].some((what) => detail.what.has(what))) this.show();
    };
    app.data.addEventListener("change", this.onChange);
  }

  close() {
    this.app.data.removeEventListener("change", this.onChange);
    this.app.map?.mark(null);
  }

  show() {
    const { app, params } = this;
    const known = lampsNow(app.data.lamps(), app.data.operations()).find((one) => one.id === params.lamp);
    const drawn = app.data.ground()?.lamps.get(params.lamp);
    const lamp = { ...drawn, ...known };
    const cases = casesNow(app.data.cases(), app.data.operations()).filter((one) => one.lamp === lamp.id);
    if (!isNew(this, app.data.reference()?.version, lamp, cases)) return;
    if (lamp.lon == null) {
      put(this.root, head(app, app.words("field.lamp.gone")), el("p", {}, app.words("field.lamp.gone_hint")));
      return;
    }
    markOnce(this, lamp);
    const told = this.#told(lamp);
    const focused = document.activeElement?.dataset.seen;
    put(
      this.root,
      head(app, app.words("field.lamp.named", { number: lamp.number })),
      el("p", { class: "rec-chips", role: "status" }, told, pendingChip(app, lamp)),
      el(
        "div",
        { class: "rec-two" },
        SEEN.map((state) => this.#seenButton(lamp, state)),
      ),
      cases.length > 0 && el("h2", {}, app.words("field.lamp.cases")),
      el(
        "ul",
        { class: "rec-rows" },
        cases.map((one) => caseRow(app, one, null, caseState(app, one.state))),
      ),
      button(
        [icon("pencil"), app.words("field.lamp.report")],
        () => app.show("case", { lamp: lamp.id, lon: lamp.lon, lat: lamp.lat }),
        "wide big",
      ),
    );
    if (focused) this.root.querySelector(`[data-seen="${focused}"]`)?.focus();
  }

  /** What was last seen of it, and when. */
  #told(lamp) {
    const { app } = this;
    const state = el(
      "span",
      { class: "rec-chip" },
      app.words(`field.lamp.state_${lamp.seen ?? lamp.state ?? "unknown"}`),
    );
    const when = lamp.seen_at
      ? app.words("field.lamp.seen", { time: app.say.ago(Date.parse(lamp.seen_at)) })
      : app.words("field.lamp.never_seen");
    return [state, el("span", { class: "quiet" }, when)];
  }

  #seenButton(lamp, state) {
    const { app } = this;
    return once(
      [icon(`bulb-${state}`), app.words(`field.lamp.${state}`)],
      () => this.#seen(lamp, state),
      `rec-seen is-${state}`,
      {
        "data-seen": state,
        "aria-pressed": String(lamp.pending === true && lamp.seen === state),
      },
    );
  }

  #seen(lamp, state) {
    const body = { key: crypto.randomUUID(), lamp: lamp.id, state };
    const refused = this.params.again ?? null;
    this.params.again = null;
    return save(this.app, "lamp.seen", body, { refused, said: `field.lamp.saved_${state}` });
  }
}
