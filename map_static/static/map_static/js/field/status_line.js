// Always at the top: whether a walk is recorded, how much is not sent yet, and whether the tablet has
// a network and keeps what is on it.
import { byId, el, icon } from "../dom.js";
import { conflictsNow } from "./records_pending.js";
import { asking } from "./records_status.js";
import { renew } from "./renew.js";

export class StatusLine {
  constructor(app, root = byId("status")) {
    this.app = app;
    this.root = root;
    root.setAttribute("aria-label", app.words("field.status"));
    this.chips = el("div", { class: "chips" });
    this.settings = el(
      "button",
      {
        type: "button",
        class: "icon-button settings",
        "aria-label": app.words("field.settings"),
        onclick: () => app.show("settings"),
      },
      icon("menu"),
    );
    app.walk?.addEventListener?.("state", () => this.draw());
    app.outbox?.addEventListener("change", () => this.draw());
    app.data?.addEventListener("change", ({ detail }) => {
      if (detail.what.has("operations") || detail.what.has("conflicts")) this.draw();
    });
    this.draw();
  }

  draw() {
    const working = Boolean(this.app.outbox);
    if (working) renew(this.chips, ...this.#working());
    renew(this.root, working ? this.chips : el("span", { class: "brand" }, "Gridwalk"), this.settings);
  }

  #working() {
    const { app } = this;
    const { words, outbox } = app;
    const unsent = outbox.unsent + outbox.photosUnsent;
    const offline = !navigator.onLine || outbox.problem === "offline";
    const signedOut = app.session.state === "out";
    const operations = app.data.operations();
    const asked = asking(operations, conflictsNow(app.data.conflicts(), operations));
    return [
      app.walk?.recording &&
        el("span", { class: "chip recording" }, el("span", { class: "dot", "aria-hidden": "true" }), words("field.recording")),
      el(
        "button",
        {
          type: "button",
          class: `chip unsent${unsent ? " some" : ""}`,
          onclick: () => app.show("status"),
        },
        unsent ? words("field.unsent", { n: unsent }) : words("field.all_sent"),
      ),
      asked > 0 &&
        el(
          "button",
          { type: "button", class: "chip asking", onclick: () => app.show("status") },
          words("field.status.asking", { n: asked }),
        ),
      offline && el("span", { class: "chip" }, words("field.offline")),
      signedOut && el("span", { class: "chip" }, words("field.signed_out")),
      el(
        "button",
        { type: "button", class: `chip storage ${app.storage}`, onclick: () => app.show("settings") },
        words(app.storage === "kept" ? "field.kept" : "field.may_go"),
      ),
    ];
  }
}
