// The panel's page of a circuit: what it is, its correction, and the end of a draft.
import { byId, el, icon, present } from "./dom.js";
import { head, showPage } from "./pages.js";
import { count, t } from "./words.js";
import { keyOf } from "./wiring.js";

const badge = () => el("span", { class: "badge" }, t("lamp.draft"));

/** Made once for a circuit; afterwards only what differs is changed, so that the focus stays. */
export class CircuitPage {
  /** `on` is told what the reader does: close, correct, lamp, from, hang, off, undo, confirm. */
  constructor(on) {
    this.on = on;
    this.title = el("div", {});
    this.facts = el("p", { class: "quiet" });
    this.hint = el("p", { class: "hint" });
    this.told = el("div", { role: "status" });
    this.mode = this.#button("route", "circuit.correct", () => on.correct(true));
    this.done = this.#button("back", "circuit.done", () => on.correct(false));
    this.undo = this.#button("back", "circuit.undo", on.undo);
    this.confirm = this.#button("target", "circuit.confirm", on.confirm);
    this.form = this.#form();
    byId("circuit-page").replaceChildren(
      this.title,
      el("div", { class: "column" }, this.facts, this.hint, this.mode, this.form, this.told, this.undo),
      el("div", { class: "column" }, this.confirm, this.done),
    );
  }

  #button(name, key, act) {
    return el("button", { type: "button", class: "button wide", onclick: act }, icon(name), t(key));
  }

  #form() {
    this.lamp = el("select", { id: "circuit-lamp" });
    this.lamp.addEventListener("change", () => this.on.lamp(this.lamp.value ? Number(this.lamp.value) : null));
    this.from = el("select", { id: "circuit-from" });
    this.from.addEventListener("change", () => this.on.from(readKey(this.from.value)));
    this.sentence = el("p", { class: "circuit-sentence", "aria-live": "polite" });
    this.hang = el("button", { class: "button primary wide" }, t("circuit.hang"));
    this.off = this.#button("close", "circuit.off", this.on.off);
    const form = el(
      "form",
      { class: "circuit-form" },
      el("label", { for: "circuit-lamp" }, t("circuit.lamp")),
      this.lamp,
      el("label", { for: "circuit-from" }, t("circuit.from")),
      this.from,
      this.sentence,
      this.hang,
      this.off,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.on.hang();
    });
    return form;
  }

  open() {
    showPage("circuit-page");
    byId("circuit-page").focus({ preventScroll: true });
  }

  showLoading() {
    this.#head("…");
    for (const part of [this.hint, this.mode, this.form, this.undo, this.confirm, this.done]) part.hidden = true;
    this.told.replaceChildren(el("div", { class: "skeleton row" }));
  }

  #head(name) {
    this.title.replaceChildren(head(t("circuit.title", { name }), this.on.close));
  }

  /** Bring what was chosen, or what came of it, into sight: in a sheet it may lie below. */
  reveal({ done = false } = {}) {
    const parts = done ? [this.undo, this.told] : [this.off, this.hang, this.sentence];
    parts.find((part) => part.offsetHeight > 0)?.scrollIntoView({ block: "nearest" });
  }

  /** A sentence, and a button to try again where there is something to try. */
  tell(sentence, retry = null) {
    const again = retry && el("button", { type: "button", class: "button", onclick: retry }, t("state.retry"));
    this.told.replaceChildren(...present([sentence && el("p", { class: "hint" }, sentence), again]));
  }

  /** The circuit as the wiring tells it; `undo` is whether there is something to take back. */
  show(circuit, { correct, zoomed, undo, busy }) {
    const { name, cabinet, lamps, draft, may_change: may } = circuit;
    this.#head(name);
    const facts = `${t("circuit.cabinet", { cabinet })} · ${count("circuit.lamps", lamps)}`;
    this.facts.replaceChildren(...(draft ? [facts, " ", badge()] : [facts]));
    this.hint.textContent = hintOf({ draft, may, correct, zoomed });
    this.hint.hidden = !this.hint.textContent;
    this.mode.hidden = correct || !may;
    this.form.hidden = !correct;
    this.done.hidden = !correct;
    this.undo.hidden = !undo;
    this.confirm.hidden = !draft || !may;
    for (const button of [this.hang, this.off, this.undo, this.confirm]) button.disabled = busy;
  }

  /** The lamps and what may feed them, the chosen circuit first. */
  fill(wiring, chosen) {
    const lamps = (title, of) =>
      of.length && el("optgroup", { label: title }, of.map(({ id, number }) => el("option", { value: id }, number)));
    const titled = wiring.order(chosen).map((circuit) => [circuit, t("circuit.title", circuit)]);
    this.lamp.replaceChildren(
      ...present([
        el("option", { value: "" }, t("circuit.choose")),
        lamps(t("circuit.loose"), wiring.lampsOf(null)) || null,
        titled.map(([{ id }, title]) => lamps(title, wiring.lampsOf(id)) || null),
      ]),
    );
    this.from.replaceChildren(
      el("option", { value: "" }, t("circuit.choose")),
      ...titled.map(([{ id, cabinet }, title]) =>
        el(
          "optgroup",
          { label: title },
          el("option", { value: keyOf({ circuit: id, lamp: null }) }, t("circuit.cabinet", { cabinet })),
          wiring.lampsOf(id).map((lamp) =>
            el("option", { value: keyOf({ circuit: id, lamp: lamp.id }) }, t("point.lamp", { name: lamp.number })),
          ),
        ),
      ),
    );
  }

  /** What is chosen: a lamp, what is to feed it, the sentence about both, and what may be pressed. */
  choose({ lamp, from, sentence, hang, off }) {
    this.lamp.value = lamp ?? "";
    this.from.value = from ? keyOf(from) : "";
    this.from.disabled = lamp == null;
    this.sentence.textContent = sentence;
    this.hang.hidden = !hang;
    this.off.hidden = !off;
  }
}

function readKey(value) {
  if (!value) return null;
  const [circuit, lamp] = value.split(":");
  return { circuit: Number(circuit), lamp: lamp ? Number(lamp) : null };
}

function hintOf({ draft, may, correct, zoomed }) {
  if (correct) return t(zoomed ? "circuit.how" : "circuit.how_far");
  if (!may) return t("circuit.may_not");
  return draft ? t("circuit.draft_hint") : "";
}
