// The correction of a circuit: a lamp is chosen, then what feeds it; every change can be taken back.
import { post, put, takeBack } from "./api.js";
import { byId } from "./dom.js";
import { explain, notice } from "./notices.js";
import { count, t } from "./words.js";

export class CircuitRepair {
  #wiring = null;
  #id = null;
  #look = { correct: false, zoomed: true };
  #from = null;
  #changes = [];
  #busy = false;
  #left = false;
  /** The lamp that is chosen, or null. */
  lamp = null;

  /**
   * `stored` loads the wiring anew and answers whether it came; `changed` is told of changes; `draw`
   * draws what is chosen.
   */
  constructor(page, map, { stored, changed, draw }) {
    this.page = page;
    this.map = map;
    this.stored = stored;
    this.changed = changed;
    this.draw = draw;
  }

  /** The wiring as it is stored now, around the circuit that is corrected. */
  learn(wiring, id) {
    this.#wiring = wiring;
    this.#id = id;
    if (!wiring.lamps.has(this.lamp)) this.lamp = null;
    this.#from = null;
    this.page.fill(wiring, id);
    if (this.#quiet) this.page.tell("");
  }

  /** Nothing was told of a change that the reader is still to read. */
  get #quiet() {
    return !this.#changes.length && !this.#busy;
  }

  /** Another circuit is on the page: what is under way still tells of its failure, elsewhere. */
  leave() {
    this.#left = true;
  }

  show(circuit, look) {
    this.#look = look;
    if (!look.correct) this.lamp = this.#from = null;
    this.page.show(circuit, { ...look, undo: look.correct && this.#changes.length > 0, busy: this.#busy });
    this.#choose();
  }

  #choose(sentence = this.#sentence(this.lamp, this.#from)) {
    const { lamp } = this;
    const fed = lamp != null && this.#wiring.feeder(lamp);
    this.page.choose({
      lamp,
      from: this.#from,
      sentence,
      hang: lamp != null && this.#from && !this.#wiring.hindrance(lamp, this.#from),
      off: fed && !this.#from && !this.#wiring.behind(lamp).length,
    });
  }

  /** A lamp was chosen in the list, or none (null). */
  take(lamp) {
    this.lamp = lamp;
    this.#from = null;
    this.draw();
    this.#choose();
  }

  /** What is to feed it was chosen, {circuit, lamp} or null. */
  aim(from) {
    this.#from = from;
    this.#choose();
  }

  /** A lamp or cabinet of the map was tapped, or (null) the map beside them. */
  tap(spot) {
    if (!spot) this.take(null);
    else if (this.lamp == null || spot.lamp === this.lamp) this.take(spot.lamp);
    else this.aim(spot);
    this.page.reveal();
  }

  /** A lamp is pulled over a spot, or over none: whether it may hang there. */
  pull(lamp, spot) {
    const said = spot ? this.#sentence(lamp, spot) : t("circuit.let_go", { lamp: this.#number(lamp) });
    this.map.say(said);
    return !spot || !this.#wiring.hindrance(lamp, spot);
  }

  /** It was let go there, or nowhere (null). */
  drop(lamp, spot) {
    this.map.say("");
    this.lamp = lamp;
    this.#from = spot;
    this.draw();
    if (spot && !this.#wiring.hindrance(lamp, spot)) this.hang();
  }

  #number(lamp) {
    return this.#wiring.lamps.get(lamp).number;
  }

  /** What is so, or what will be, or why it cannot be. */
  #sentence(lamp, from) {
    if (lamp == null) return "";
    if (!from) return this.#hangs("hangs", lamp, this.#wiring.feeder(lamp));
    const hindrance = this.#wiring.hindrance(lamp, from);
    if (hindrance === "same") return this.#hangs("hangs", lamp, from);
    if (hindrance) {
      return t(`circuit.${hindrance}`, { lamp: this.#number(lamp), on: this.#number(from.lamp) });
    }
    const along = this.#wiring.behind(lamp).length;
    const moves = this.#wiring.feeder(lamp)?.circuit !== from.circuit && along > 0;
    const said = this.#hangs("will", lamp, from);
    return moves ? `${said} ${count("circuit.along", along)}` : said;
  }

  #hangs(tense, lamp, feeder) {
    const number = this.#number(lamp);
    if (!feeder) return t("circuit.hangs_nowhere", { lamp: number });
    const { name, cabinet } = this.#wiring.circuits.get(feeder.circuit);
    if (feeder.lamp == null) return t(`circuit.${tense}_cabinet`, { lamp: number, on: cabinet, circuit: name });
    return t(`circuit.${tense}_lamp`, { lamp: number, on: this.#number(feeder.lamp), circuit: name });
  }

  hang() {
    const { lamp } = this;
    if (lamp == null || !this.#from || this.#wiring.hindrance(lamp, this.#from)) return;
    const from = { circuit: this.#from.circuit, from_lamp: this.#from.lamp };
    this.#change(lamp, () => put(`lamps/${lamp}/feed/`, from));
  }

  takeOff() {
    const { lamp } = this;
    if (lamp != null) this.#change(lamp, () => takeBack(`lamps/${lamp}/feed/`));
  }

  undo() {
    const last = this.#changes.at(-1);
    if (!last) return;
    const { lamp, before } = last;
    const path = `lamps/${lamp}/feed/`;
    this.#send(() => (before ? put(path, before) : takeBack(path)), () => {
      this.#changes.pop();
      return lamp;
    });
  }

  #change(lamp, send) {
    const before = this.#wiring.asFed(lamp);
    this.#send(send, () => {
      this.#changes.push({ lamp, before });
      return lamp;
    });
  }

  confirm() {
    this.#send(() => post(`circuits/${this.#id}/confirm/`), () => null);
  }

  /** Send a change once; `noted` keeps it and gives the lamp that is told of, or null. */
  async #send(send, noted) {
    if (this.#busy) return;
    this.#busy = true;
    this.page.tell(t("lamp.sending"));
    this.draw();
    const typing = byId("circuit-page").contains(document.activeElement);
    try {
      await send();
      const lamp = noted();
      this.lamp = this.#from = null;
      this.changed();
      if (this.#left) return;
      if (await this.stored()) {
        const said = lamp == null ? t("circuit.confirmed") : this.#hangs("hangs", lamp, this.#wiring.feeder(lamp));
        this.page.tell(said);
      }
    } catch (error) {
      // What the server refuses, it explains in a sentence of its own; somebody may have been first.
      const refused = error.status >= 400 && error.status < 500;
      const sentence = refused ? error.message : explain(error);
      if (refused && !this.#left) await this.stored();
      if (this.#left) {
        notice("request", sentence);
        return;
      }
      this.page.tell(sentence);
    }
    if (this.#left) return;
    this.#busy = false;
    this.draw();
    this.page.reveal({ done: true });
    // The button that was pressed is gone.
    if (typing && this.#look.correct) this.page.lamp.focus({ preventScroll: true });
  }
}
