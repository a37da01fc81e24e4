// The card of a lamp: whether it works, "I see it lit", its circuit's cable and what may be broken.
import { get, givenUp, Latest, post, serverTime } from "./api.js";
import { open, reportLink } from "./card.js";
import { el, icon } from "./dom.js";
import { explain, tell } from "./notices.js";
import { absolute, ago, count, share, t } from "./words.js";

/** Explanations less probable are not told, and no more than so many. */
const LEAST = 0.01;
const MOST = 3;

export class LampCard {
  #latest = new Latest();
  #lamp = null;
  #circuit = null;
  #diagnosis = null;
  #told = null;
  /** The lamps of which something is being said: who presses twice says it once. */
  #sending = new Set();

  /** `close` leaves the card; `changed` is told that somebody said how a lamp is, `circuit` that the
   * reader wants to see one. */
  constructor(map, { close, changed, circuit }) {
    this.map = map;
    this.close = () => {
      this.leave();
      close();
    };
    this.changed = changed;
    this.circuit = circuit;
  }

  /** A lamp as /api/v1/lamps/ tells it. The cable stays while one looks along one circuit. */
  open(lamp) {
    const { circuit } = lamp.properties;
    if (this.#circuit?.id !== circuit) this.leave();
    this.#lamp = lamp;
    this.#told = null;
    this.#show();
    if (circuit != null && !this.#circuit) this.#load(circuit);
  }

  /** Something else is shown: what is under way comes too late, and the cable goes. */
  leave() {
    this.#latest.stop();
    this.#lamp = null;
    this.#circuit = null;
    this.#diagnosis = null;
    this.map.cable([]);
  }

  async #load(id) {
    try {
      this.#circuit = await this.#latest.get(`circuits/${id}/`);
    } catch (error) {
      if (givenUp(error)) return;
      this.#told = { sentence: explain(error), retry: () => this.#load(id) };
    }
    this.#show();
  }

  async #diagnose() {
    const circuit = this.#circuit;
    this.map.cable(circuit.sections.map(({ line }) => ({ line, suspect: false })));
    try {
      const found = await get(`circuits/${circuit.id}/diagnosis/`);
      if (circuit !== this.#circuit) return;
      this.#diagnosis = found;
      const faults = found.explanations[0]?.faults ?? [];
      const suspects = faults.filter(({ kind }) => kind === "section").map(({ id }) => id);
      this.map.cable(circuit.sections.map(({ id, line }) => ({ line, suspect: suspects.includes(id) })));
    } catch (error) {
      if (circuit !== this.#circuit) return;
      this.#told = { sentence: explain(error), retry: () => this.#diagnose() };
    }
    this.#show();
  }

  /** Say that it is lit or dark. Tried again it is the same moment, which is stored once. */
  async #see(state, moment = new Date(serverTime() * 1000).toISOString(), lamp = this.#lamp) {
    if (this.#sending.has(lamp.id)) return;
    this.#sending.add(lamp.id);
    this.#tell(lamp, { sentence: t("lamp.sending") });
    try {
      await post(`lamps/${lamp.id}/sightings/`, { state, seen_at: moment });
      const works = state === "lit";
      const { properties } = lamp;
      if (properties.working !== works) Object.assign(properties, { working: works, working_since: moment });
      this.changed();
      this.#tell(lamp, { sentence: t("lamp.thanks") });
      if (lamp === this.#lamp && this.#diagnosis) this.#diagnose();
    } catch (error) {
      const retry = () => this.#see(state, moment, lamp);
      // What the server refuses, it explains in a sentence of its own.
      const refused = error.status >= 400 && error.status < 500;
      if (lamp === this.#lamp) this.#tell(lamp, { sentence: refused ? error.message : explain(error), retry });
      else tell(error, retry);
    } finally {
      this.#sending.delete(lamp.id);
    }
  }

  /** Say it on the lamp's card, if that is the one that is open. */
  #tell(lamp, told) {
    if (lamp !== this.#lamp) return;
    this.#told = told;
    this.#show();
  }

  #show() {
    const { geometry, properties: p } = this.#lamp;
    const [lon, lat] = geometry.coordinates;
    open(
      t("point.lamp", { name: p.number || p.osm_id || "" }).trim(),
      this.close,
      el(
        "div",
        { class: "column" },
        el("p", {}, working(p)),
        el("p", { class: "quiet" }, p.circuit == null ? t("lamp.no_circuit") : this.#circuitName()),
        el(
          "div",
          { class: "walk-buttons" },
          this.#button("lit", t("lamp.see_lit")),
          this.#button("dark", t("lamp.see_dark")),
        ),
        this.#told && told(this.#told),
        reportLink(t("lamp.report"), { lon, lat }, { category: "lamp" }),
      ),
      this.#circuit && el("div", { class: "column" }, this.#cable()),
    );
  }

  #circuitName() {
    const { name, cabinet, draft } = this.#circuit ?? {};
    if (!name) return "…";
    const said = t("lamp.circuit", { name, cabinet });
    return draft ? [said, " ", el("span", { class: "badge" }, t("lamp.draft"))] : said;
  }

  #button(state, label) {
    const pressed = this.#lamp.properties.working === (state === "lit");
    const attributes = { type: "button", class: "button", "aria-pressed": String(pressed) };
    return el("button", { ...attributes, onclick: () => this.#see(state) }, label);
  }

  #cable() {
    const { id } = this.#circuit;
    const button = (name, key, act) =>
      el("button", { type: "button", class: "button wide", onclick: act }, icon(name), t(key));
    return [
      this.#diagnosis
        ? diagnosis(this.#diagnosis)
        : button("route", "lamp.show_cable", () => this.#diagnose()),
      button("grid", "lamp.open_circuit", () => this.circuit(id)),
    ];
  }
}

function told({ sentence, retry }) {
  return el(
    "div",
    { class: "hint", role: "status" },
    el("p", {}, sentence),
    retry && el("button", { type: "button", class: "button", onclick: retry }, t("state.retry")),
  );
}

function working({ working: works, working_since: since }) {
  if (works == null) return t("lamp.nobody_said");
  const word = el("strong", {}, t(works ? "lamp.working" : "lamp.dark"));
  if (!since) return word;
  return [
    word,
    " ",
    el("time", { datetime: since }, t("lamp.since", { when: absolute(since) })),
    " ",
    el("span", { class: "quiet" }, ago(since)),
  ];
}

/** The explanations in words, most probable first, and where to look next. */
function diagnosis({ explanations, look_next_number: next, sightings }) {
  const likely = explanations.filter(({ probability }, nth) => nth === 0 || probability >= LEAST);
  return [
    el("h3", {}, t("diagnosis.title")),
    el("p", { class: "quiet" }, count("diagnosis.sightings", sightings)),
    sightings > 0 &&
      el(
        "ol",
        { class: "explanations" },
        likely.slice(0, MOST).map(({ faults, probability }) =>
          el("li", {}, el("strong", {}, share(probability)), el("span", {}, faultNames(faults))),
        ),
      ),
    next != null && el("p", { class: "hint" }, t("diagnosis.look_next", { lamp: next })),
  ];
}

function faultNames(faults) {
  return faults.map(faultName).join(t("diagnosis.and")) || t("diagnosis.nothing");
}

function faultName({ kind, label, between = [] }) {
  const named = t(`broken.${kind}`, { label });
  const [one, two] = between;
  if (two) return t("diagnosis.between", { named, one, two });
  return one ? t("diagnosis.beside", { named, one }) : named;
}
