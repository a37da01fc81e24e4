// What became of everything recorded on this tablet: what waits, what arrived, what needs somebody.
import { bar, el } from "../../dom.js";
import { button, head, once, put } from "../records_parts.js";
import { conflictsNow } from "../records_pending.js";
import { conflictsOf, entries, isForgotten, mendedBy, parts, shareSent } from "../records_status.js";
import { conflictTitle, entryTitle, fieldName } from "../records_status_parts.js";
import { renew } from "../renew.js";

export const name = "status";
/** What asks for nobody is listed so far, and beyond that counted. */
const MOST_LISTED = 50;
const ASKING = new Set(["rejected", "conflict"]);
let open = null;

export function enter(root, _params, app) {
  app.sheet?.set("high");
  open = new Status(root, app);
  open.show();
  return open.askPhotos();
}

export function leave() {
  open?.close();
  open = null;
}

class Status {
  constructor(root, app) {
    Object.assign(this, { root, app });
    this.photos = [];
    this.summary = el("section", { class: "rec-summary" });
    this.onChange = () => this.askPhotos();
    app.data.addEventListener("change", this.onChange);
    app.outbox.addEventListener("change", this.onChange);
  }

  close() {
    this.app.data.removeEventListener("change", this.onChange);
    this.app.outbox.removeEventListener("change", this.onChange);
  }

  /** How far photos are, and all anew. */
  async askPhotos() {
    this.photos = await this.app.data.photos();
    if (open === this) this.show();
  }

  show() {
    const { app } = this;
    const focused = this.root.contains(document.activeElement) ? document.activeElement.dataset.act : null;
    const top = this.root.scrollTop;
    const found = parts(entries(app.data.operations(), this.photos));
    const operations = app.data.operations();
    this.conflicts = conflictsNow(app.data.conflicts(), operations);
    const elsewhere = conflictsOf(null, this.conflicts, operations);
    renew(this.summary, ...this.#summary());
    const drawn = this.root.querySelector(".rec");
    const draw = drawn ? (...all) => renew(drawn, ...all) : (...all) => put(this.root, ...all);
    draw(
      head(app, app.words("field.status.title")),
      this.summary,
      elsewhere.length > 0 && el("h2", {}, app.words("field.status.other_tablet")),
      el(
        "ul",
        { class: "rec-rows" },
        elsewhere.map((one) => this.#conflict(one)),
      ),
      found.map((part) => this.#part(part)),
      !found.length && el("p", { class: "quiet" }, app.words("field.status.nothing")),
    );
    this.root.scrollTop = top;
    // Where what had the focus is gone, the reader is led to the head.
    const next = focused && this.root.querySelector(`[data-act="${focused}"]`);
    if (focused) (next ?? this.root.querySelector(".rec-head h1")).focus({ preventScroll: true });
  }

  #summary() {
    const { app } = this;
    const { unsent } = app.outbox;
    const waiting = this.photos.filter((photo) => photo.state === "waiting");
    const contact = Math.max(app.outbox.lastContact, app.data.pulledAt ?? 0);
    return [
      el(
        "p",
        { class: "rec-unsent" },
        unsent ? app.words("field.status.unsent", { n: unsent }) : app.words("field.all_sent"),
      ),
      waiting.length > 0 &&
        el("p", {}, app.words("field.status.photos_waiting", { n: waiting.length }), bar(shareSent(waiting))),
      el(
        "p",
        { class: "quiet" },
        contact
          ? app.words("field.status.contact", { time: app.say.ago(contact) })
          : app.words("field.status.no_contact"),
      ),
      el("p", { class: "quiet" }, app.words(`field.storage_${app.storage}`)),
      once(app.words("field.status.send"), () => this.#send(), "primary wide big", { "data-act": "send" }),
    ];
  }

  async #send() {
    const { app } = this;
    await app.outbox.again?.();
    await app.outbox.flush();
    await app.pull();
  }

  #conflict(one) {
    const { app } = this;
    return el(
      "li",
      { class: "rec-card is-asking" },
      el("b", {}, conflictTitle(app, one)),
      this.#decide(one, app.words("field.conflict.look")),
    );
  }

  #decide(one, label) {
    const look = () => this.app.show("conflict", { conflict: one.id });
    return button(label, look, "primary wide", { "data-act": `decide-${one.id}` });
  }

  #part({ state, entries: found }) {
    const { app } = this;
    const shown = ASKING.has(state) ? found : found.slice(0, MOST_LISTED);
    return el(
      "section",
      { class: `rec-part is-${state}` },
      el(
        "h2",
        {},
        app.words(`field.status.${state}`),
        " ",
        el("span", { class: "quiet" }, app.say.number(found.length)),
      ),
      el(
        "ul",
        { class: "rec-rows" },
        shown.map((entry) => this.#entry(entry, state)),
      ),
      found.length > shown.length &&
        el("p", { class: "quiet" }, app.words("field.status.more", { n: found.length - shown.length })),
    );
  }

  #entry(entry, state) {
    const { app } = this;
    const last = entry.operations.find((one) => one.state === entry.state) ?? entry.operations.at(-1);
    const asking = ASKING.has(state);
    const told = entry.operations.find((one) => one.state === entry.state)?.message;
    return el(
      "li",
      { class: `rec-card${asking ? " is-asking" : ""}` },
      el(
        "p",
        {},
        el("b", {}, entryTitle(app, entry)),
        " ",
        el("span", { class: "quiet" }, app.say.moment(entry.at)),
      ),
      (asking || state === "held") && told && el("p", {}, told),
      last.again && el("p", { class: "quiet" }, app.words("field.status.sent_again")),
      last.left && !isForgotten(last) && el("p", { class: "quiet" }, app.words("field.status.left")),
      entry.photos.all > entry.photos.sent &&
        el("p", { class: "quiet" }, app.words("field.status.photos", entry.photos), bar(entry.share)),
      entry.photos.lost > 0 &&
        el("p", { class: "error" }, app.words("field.status.photos_lost", { n: entry.photos.lost })),
      asking && this.#deeds(entry),
    );
  }

  /** What can be done here about what was refused, or what two people changed. */
  #deeds(entry) {
    const { app } = this;
    const operation = entry.operations.find((one) => one.state === entry.state);
    if (entry.state === "conflict") {
      const open_ = conflictsOf(entry, this.conflicts, []);
      const decide = (one) =>
        this.#decide(one, app.words("field.conflict.decide", { field: fieldName(app, one) }));
      return el("div", { class: "rec-acts" }, open_.map(decide));
    }
    const mend = mendedBy(operation);
    const show = () => app.show(mend.screen, mend.params);
    const name_ = mend?.screen === "case_view" ? "look" : "mend";
    return el(
      "div",
      { class: "rec-acts" },
      mend &&
        button(app.words(`field.status.${name_}`), show, "primary wide", {
          "data-act": `mend-${operation.id}`,
        }),
      once(
        app.words(`field.status.${isForgotten(operation) ? "noted" : "leave"}`),
        () => this.#leave(operation),
        "wide",
        {
          "data-act": `leave-${operation.id}`,
        },
      ),
    );
  }

  /** The office has it in its list: here it asks for nobody any more. */
  async #leave(operation) {
    const { app } = this;
    // The button may be older than what has come since.
    const now = app.data.operations().find(({ id }) => id === operation.id);
    await app.db.put("operations", { ...operation, ...now, left: true });
    await app.data.again([operation.id]);
  }
}
