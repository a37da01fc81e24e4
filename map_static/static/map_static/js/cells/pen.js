// The pen: a line or ring drawn on the map by mouse, finger or keys. A click or Enter sets a corner,
// Backspace takes the last one back, a double click or "Finish" ends it, Escape gives it up.
import { t } from "../words.js";
import { fromLatLng, toLatLng } from "./cells_map.js";

const { L } = window;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
/** Pixels of an arrow key with Shift. */
const FAR = 10;

/** How far an arrow key moves, in pixels [x, y]; null for another key. */
export function stepOf({ key, shiftKey }) {
  const step = ARROWS[key];
  return step ? step.map((pixels) => pixels * (shiftKey ? FAR : 1)) : null;
}

export class Pen {
  #map;
  #on;
  #corners = [];
  #at = null;
  #cross = null;
  #ring = false;
  #least = 2;
  #picked = false;

  /**
   * `on.drawn(corners)` when the drawing is finished, `on.given()` when it was given up,
   * `on.says(sentence)` for screen readers, `on.drawing(corners)` after each change; `snap(at)`
   * gives where a corner really goes: {at, name}.
   */
  constructor(cellsMap, on, snap) {
    this.cellsMap = cellsMap;
    this.#map = cellsMap.map;
    this.#on = on;
    this.snap = snap;
    this.#map.on("mousemove", ({ latlng }) => this.active && this.#hover(fromLatLng(latlng)));
    this.#map.on("dblclick", () => this.active && this.finish());
    this.#map.getContainer().addEventListener("keydown", (event) => this.#key(event), true);
  }

  get active() {
    return this.#cross !== null;
  }

  get corners() {
    return this.#corners;
  }

  /** Whether the line began at a corner of the border. */
  get picked() {
    return this.#picked;
  }

  get enough() {
    return this.#corners.length >= this.#least;
  }

  start({ ring = false } = {}) {
    this.stop();
    this.#ring = ring;
    this.#least = ring ? 3 : 2;
    this.#picked = false;
    this.#at = fromLatLng(this.#map.getCenter());
    const icon = L.divIcon({ className: "pen-cross", iconSize: [28, 28] });
    this.#cross = L.marker(toLatLng(this.#at), { icon, interactive: false, keyboard: false });
    this.#cross.addTo(this.#map);
    this.#map.getContainer().classList.add("is-drawing");
    this.#draw();
  }

  stop() {
    this.#cross?.remove();
    this.#cross = null;
    this.#corners = [];
    this.cellsMap.preview([]);
    this.#map.getContainer().classList.remove("is-drawing");
  }

  /**
   * A corner at the place, snapped; the same place twice counts once, as a double click sets it.
   * A `picked` one lies on the border already and stays where it is.
   */
  add(place, { picked = false } = {}) {
    const { at, name } = picked ? { at: place, name: null } : this.snap(place);
    if (!this.#corners.length) this.#picked = picked;
    const last = this.#corners.at(-1);
    if (last?.[0] === at[0] && last[1] === at[1]) return;
    this.#corners = [...this.#corners, at];
    this.#at = at;
    this.#on.says(t(name ? "cells.corner_on" : "cells.corner_set", { n: this.#corners.length, name }));
    this.#draw();
  }

  back() {
    this.#corners = this.#corners.slice(0, -1);
    this.#draw();
  }

  finish() {
    if (!this.enough) {
      this.#on.says(t(this.#ring ? "cells.ring_needs" : "cells.line_needs"));
      return;
    }
    const corners = this.#corners;
    this.stop();
    this.#on.drawn(corners);
  }

  #hover(place) {
    const { at, name } = this.snap(place);
    this.#at = at;
    this.#cross.getElement()?.classList.toggle("is-snapped", name !== null);
    this.#draw();
  }

  #draw() {
    this.#cross?.setLatLng(toLatLng(this.#at));
    this.cellsMap.preview([...this.#corners, this.#at], { ring: this.#ring });
    this.#on.drawing(this.#corners);
  }

  #key(event) {
    if (!this.active || event.target !== this.#map.getContainer()) return;
    const step = stepOf(event);
    if (step) this.#move(step);
    else if (event.key === "Enter") {
      if (event.ctrlKey) this.finish();
      else this.add(this.#at);
    } else if (event.key === "Backspace") this.back();
    else if (event.key === "Escape") {
      this.stop();
      this.#on.given();
    } else return;
    // Leaflet would pan the map.
    event.preventDefault();
    event.stopPropagation();
  }

  #move([x, y]) {
    const point = this.#map.latLngToContainerPoint(toLatLng(this.#at)).add([x, y]);
    this.#at = fromLatLng(this.#map.containerPointToLatLng(point));
    this.#cross.getElement()?.classList.remove("is-snapped");
    this.#map.panInside(toLatLng(this.#at), { padding: [60, 60], animate: false });
    this.#draw();
  }
}
