// Circuits on the map and in the panel: the layer, the chosen one, and its correction.
import { get, givenUp, Latest } from "./api.js";
import { CircuitPage } from "./circuit_page.js";
import { CircuitRepair } from "./circuit_repair.js";
import { explain, gone, notice, tell } from "./notices.js";
import { isShown, showPage } from "./pages.js";
import { t } from "./words.js";
import { Wiring } from "./wiring.js";
import { DRAG_FROM_ZOOM } from "./wiring_hand.js";

/** Farther out the cable of a town is one blot. */
const FROM_ZOOM = 15;
const NAMES = {
  circuit: ({ name }) => t("circuit.title", { name }),
  lamp: (number) => t("point.lamp", { name: number }),
};

export class Circuits {
  #latest = new Latest();
  #known = null;
  #wiring = null;
  #page = null;
  #repair = null;

  /** `shown` is told of the page, `changed` that cable was. */
  constructor(state, view, map, { shown, changed }) {
    this.state = state;
    this.view = view;
    this.map = map;
    this.shown = shown;
    this.changed = changed;
    map.hand({
      ready: () => isShown("circuit-page"),
      cancel: () => map.say(""),
      tap: (spot) => this.#repair.tap(spot),
      pull: (lamp, spot) => this.#repair.pull(lamp, spot),
      drop: (lamp, spot) => this.#repair.drop(lamp, spot),
    });
    state.listen((now, before) => {
      const [is, was] = [now.circuit, before.circuit];
      if (JSON.stringify(is) !== JSON.stringify(was)) this.#turned(is?.id !== was?.id);
    });
  }

  get #chosen() {
    return this.state.now.circuit;
  }

  /** The circuit in the address, when the page was loaded with one; `fit` goes there. */
  resume({ fit }) {
    if (this.#chosen) this.#turned(true, fit);
    else this.update();
  }

  /** Show a circuit's page, and its cable on the map. */
  choose(id, { correct = false } = {}) {
    this.state.change({ circuit: { id, correct } });
    this.#page.open();
    this.shown();
  }

  /** A click on the map beside lamps: while a circuit is corrected it lets the lamp go. */
  took() {
    if (!this.#chosen?.correct || !isShown("circuit-page")) return false;
    this.#repair.tap(null);
    return true;
  }

  /** Another circuit or mode. */
  #turned(other, fit = true) {
    this.#page ??= new CircuitPage({
      close: () => this.#leave(),
      correct: (correct) => this.state.change({ circuit: { ...this.#chosen, correct } }),
      lamp: (lamp) => this.#repair.take(lamp),
      from: (from) => this.#repair.aim(from),
      hang: () => this.#repair.hang(),
      off: () => this.#repair.takeOff(),
      undo: () => this.#repair.undo(),
      confirm: () => this.#repair.confirm(),
    });
    if (other) {
      this.#wiring = null;
      this.#repair?.leave();
      this.#repair = new CircuitRepair(this.#page, this.map, {
        stored: () => this.#load(),
        changed: this.changed,
        draw: () => this.#draw(),
      });
      if (this.#chosen) {
        this.#page.showLoading();
        this.#page.open();
        this.shown();
      }
      this.update({ again: true, fit });
    } else this.#draw();
  }

  #leave() {
    this.state.change({ circuit: null });
    showPage("list-page");
  }

  /** Follow the map, or what was changed. */
  update({ again = false, fit = false } = {}) {
    if (again) this.#known = null;
    if (this.#chosen) {
      if (!this.#repair) return; // The page is not begun yet.
      if (this.#known === null) this.#load({ fit });
      else this.#draw();
      return;
    }
    if (!this.view.shows("circuits") || this.map.zoom < FROM_ZOOM) this.#clear();
    else this.#loadAround();
  }

  async #loadAround() {
    const box = this.map.beyond(this.#known);
    if (!box) return;
    try {
      const found = await this.#latest.get("circuits/wiring/", { bbox: box.map((n) => n.toFixed(6)).join() });
      if (!this.view.shows("circuits") || this.#chosen) return;
      this.#known = box;
      this.#wiring = new Wiring(found);
      gone("circuits");
      this.#draw();
    } catch (error) {
      if (givenUp(error)) return;
      this.#clear();
      if (error.code === "too_many") notice("circuits", t("point.too_many"));
      else tell(error, () => this.update({ again: true }));
    }
  }

  /** The chosen circuit and what lies around it: whether they came. If not, the page tells why. */
  async #load({ fit = false } = {}) {
    const { id } = this.#chosen;
    try {
      const found = await this.#latest.get("circuits/wiring/", { circuit: id });
      if (this.#chosen?.id !== id) return false;
      this.#known = [];
      this.#wiring = new Wiring(found);
      this.#repair.learn(this.#wiring, id);
      this.#draw();
      if (fit) this.#fit(id);
      return true;
    } catch (error) {
      if (givenUp(error)) return false;
      if (error.code === "sign_in_required") tell(error);
      const refused = error.status >= 400 && error.status < 500;
      this.#page.tell(refused ? error.message : explain(error), () => this.#load({ fit }));
      return false;
    }
  }

  #fit(id) {
    const { at } = this.#wiring.circuits.get(id);
    const spots = [at, ...this.#wiring.lampsOf(id).map((lamp) => lamp.at)];
    if (!this.map.holds(spots) || this.map.zoom < FROM_ZOOM) this.map.fitLine(spots);
  }

  #clear() {
    this.#latest.stop();
    gone("circuits");
    this.#known = this.#wiring = null;
    this.map.wiring(null);
  }

  #draw() {
    const chosen = this.#chosen;
    const wiring = this.#wiring;
    const circuit = wiring?.circuits.get(chosen?.id);
    const correct = Boolean(chosen?.correct && circuit?.may_change);
    const zoomed = this.map.zoom >= DRAG_FROM_ZOOM;
    if (circuit) this.#repair.show(circuit, { correct, zoomed });
    const choose = correct ? null : (id) => this.choose(id);
    const lamp = correct ? this.#repair.lamp : null;
    this.map.wiring(wiring, { chosen: chosen?.id ?? null, correcting: correct, choose, lamp, names: NAMES });
  }
}
