// While a walk is recorded: that it is, what it has brought, and what can be done with one thumb.
import { el, icon } from "../../dom.js";
import { renew } from "../renew.js";
import { nearestLamp } from "../to_do.js";

export const name = "walk";
const LAMP_METRES = 60;
let stop = () => {};
let open = null;

export function enter(root, _params, app) {
  if (app.walk.state === "idle") return app.show("home", {}, { replace: true });
  const screen = (open = new WalkScreen(root, app));
  const state = () => screen.draw();
  const progress = () => screen.update();
  app.walk.addEventListener("state", state);
  app.walk.addEventListener("progress", progress);
  const timer = setInterval(progress, 1000);
  if (app.walk.recording) app.map.follow(true);
  screen.draw();
  stop = () => {
    clearInterval(timer);
    app.walk.removeEventListener("state", state);
    app.walk.removeEventListener("progress", progress);
  };
  return undefined;
}

export function leave() {
  stop();
  open = null;
}

class WalkScreen {
  #asking = false;
  /** The walk is ending, and nobody is at it any more. */
  #failed;

  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.#failed = app.walk.state === "ending";
    const figure = (key) => {
      const value = el("dd", {}, "–");
      const made = el("div", { class: "figure" }, value, el("dt", {}, app.words(key)));
      return { made, value };
    };
    this.figures = {
      time: figure("field.walk.time"),
      metres: figure("field.walk.metres"),
      news: figure("field.walk.new_metres"),
      accuracy: figure("field.walk.accuracy"),
    };
    this.row = el("dl", { class: "figures-row" }, ...Object.values(this.figures).map(({ made }) => made));
    this.trouble = el("p", { class: "trouble", role: "alert" });
  }

  draw() {
    const { walk, words } = this.app;
    if (walk.state === "idle" || walk.state === "elsewhere") return;
    const asked = document.activeElement?.dataset?.act;
    const paused = walk.state === "paused";
    const sentence = paused ? words("field.walk.paused") : words("field.walk.recording");
    renew(
      this.root,
      el(
        "h1",
        { class: `walk-state ${walk.state}` },
        el("span", { class: "recording-dot", "aria-hidden": "true" }),
        walk.state === "ending" ? words("field.walk.ending") : sentence,
      ),
      this.trouble,
      this.row,
      this.#buttons(paused),
    );
    if (asked) this.root.querySelector(`[data-act="${asked}"]`)?.focus();
    this.update();
  }

  update() {
    const { walk, say } = this.app;
    const { time, metres, news, accuracy } = this.figures;
    const put = ({ value }, text) => {
      if (value.textContent !== text) value.textContent = text;
    };
    put(time, say.duration(walk.seconds * 1000));
    put(metres, say.metres(walk.progress?.metres.covered ?? 0));
    put(news, say.metres(walk.progress?.newMetres ?? 0));
    const near = walk.recording ? walk.position?.accuracy : null;
    put(accuracy, near == null ? "–" : `± ${say.metres(near)}`);
    this.#tell();
  }

  /** One sentence about what is wrong, with what to do; empty while all is well. */
  #tell() {
    const { walk, words } = this.app;
    const key = walk.stale && walk.state === "paused" ? "stale" : walk.problem;
    const text = key ? words(`field.walk.trouble.${key}`) : "";
    if (this.trouble.dataset.text !== text) {
      this.trouble.dataset.text = text;
      const again = () => walk.askAgain();
      this.trouble.replaceChildren(
        text,
        ...(key === "denied"
          ? [el("button", { type: "button", class: "button", onclick: again }, words("field.walk.ask_again"))]
          : []),
      );
    }
    this.trouble.hidden = !text;
  }

  #buttons(paused) {
    const { walk, words } = this.app;
    const button = (act, symbol, text, pressed, kind = "") =>
      el(
        "button",
        { type: "button", class: `button ${kind}`, "data-act": act, onclick: pressed },
        icon(symbol),
        text,
      );
    if (walk.state === "ending") {
      return el(
        "div",
        { class: "walk-buttons" },
        el("p", { class: "question" }, words("field.walk.ending_hint")),
        this.#failed && button("end", "stop", words("field.walk.end_again"), () => this.#end(), "primary big"),
      );
    }
    if (this.#asking) {
      return el(
        "div",
        { class: "walk-buttons", role: "group", "aria-label": words("field.walk.end_question") },
        el("p", { class: "question" }, words("field.walk.end_question")),
        button("end", "stop", words("field.walk.end_now"), () => this.#end(), "primary big"),
        button("no", "back", words("field.walk.not_yet"), () => this.#ask(false), "big"),
      );
    }
    return el(
      "div",
      { class: "walk-buttons" },
      button("case", "flag", words("field.walk.new_case"), () => this.app.show("case", { patrol: walk.patrol })),
      button("lamp", "bulb-lit", words("field.walk.lamp"), () => this.#lamp()),
      paused
        ? button("go", "play", words("field.walk.go_on"), () => this.#goOn(), "primary big")
        : button("pause", "pause", words("field.walk.pause"), () => walk.pause(), "big"),
      button("end", "stop", words("field.walk.end"), () => this.#ask(true), paused ? "big" : "primary big"),
    );
  }

  async #goOn() {
    await this.app.walk.goOn();
    if (this.app.shell.now === name) this.app.map.follow(true);
  }

  #ask(on) {
    this.#asking = on;
    this.draw();
    this.root.querySelector('[data-act="end"]')?.focus();
  }

  async #end() {
    this.#asking = false;
    this.#failed = false;
    this.draw();
    try {
      const ended = await this.app.walk.end();
      // Who began a report meanwhile finishes it.
      if (ended && this.app.shell.now === name) this.app.show("end", { patrol: ended.patrol }, { replace: true });
    } catch (error) {
      this.app.notice(this.app.words("field.walk.not_ended"), { kind: "error" });
      console.warn("the walk could not be ended", error);
      this.#failed = true;
      if (open === this) this.draw();
    }
  }

  async #lamp() {
    const { app } = this;
    const place = await app.here.soon();
    if (app.shell.now !== name) return;
    const found = nearestLamp(app, place, LAMP_METRES);
    if (found) app.show("lamp", { lamp: found.id });
    else app.notice(app.words("field.walk.no_lamp_near"));
  }
}
