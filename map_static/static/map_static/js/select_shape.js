// Drawing what is to be selected: corners by click, tap or Enter, or a rectangle by Shift-drag.
import { polygonOf, rectangleOf } from "./selected.js";

/** Pixels to every side of a click in which something is meant. */
const NEAR = 7;

/** `drawn(polygon, event)` is told of a whole shape, `changed(corners)` of each corner. */
export class SelectShape {
  #points = null;
  #from = null;

  constructor({ map, view }, { drawn, changed }) {
    this.map = map;
    this.view = view;
    this.drawn = drawn;
    this.changed = changed;
    const { map: leaflet } = map;
    leaflet.on("mousedown", ({ latlng, originalEvent: event }) => {
      if (!this.#points || !event.shiftKey || event.button) return;
      this.#from = at(latlng);
      leaflet.dragging.disable();
    });
    leaflet.on("mousemove", ({ latlng }) => this.#from && this.#show(rectangleOf(this.#from, at(latlng))));
    leaflet.on("mouseup", ({ latlng, originalEvent: event }) => {
      if (!this.#from) return;
      const corners = rectangleOf(this.#from, at(latlng));
      this.#from = null;
      leaflet.dragging.enable();
      this.#finish(corners, event);
    });
    // With these keys held down a click takes in or out what is under it, or a drag a rectangle.
    leaflet.getContainer().addEventListener("click", (event) => (this.pressed = event), true);
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get drawing() {
    return this.#points !== null;
  }

  begin() {
    this.#points = [];
    // Leaflet zooms by the same drag.
    this.map.map.boxZoom.disable();
    this.#show([]);
    this.map.focus();
    this.changed(0);
  }

  end() {
    if (!this.#points) return;
    this.#points = null;
    this.map.map.boxZoom.enable();
    this.map.measured(null);
    this.changed(0);
  }

  /** The keys that were held down at the click that is being told; to be asked once. */
  keys() {
    const { pressed } = this;
    this.pressed = null;
    return pressed ?? {};
  }

  /** A square of some pixels around a place, as a GeoJSON polygon. */
  around({ lon, lat }) {
    const { map: leaflet } = this.map;
    const { x, y } = leaflet.latLngToContainerPoint([lat, lon]);
    const corner = (by) => at(leaflet.containerPointToLatLng([x + by, y + by]));
    return polygonOf(rectangleOf(corner(-NEAR), corner(NEAR)));
  }

  add({ lon, lat }) {
    this.#points.push([lon, lat]);
    this.#show(this.#points);
    this.changed(this.#points.length);
  }

  undo() {
    this.#points.pop();
    this.#show(this.#points);
    this.changed(this.#points.length);
  }

  finish(event) {
    this.#finish(this.#points, event);
  }

  again() {
    if (this.#points) this.#show(this.#points);
  }

  #finish(corners, event) {
    const polygon = polygonOf(corners);
    if (!polygon) return;
    this.drawn(polygon, event);
    this.#points = [];
    this.changed(0);
  }

  #show(corners) {
    this.map.measured(corners, this.view.colours);
  }

  #key(event) {
    if (!this.#points || event.target.closest("#panel, #tools, dialog, .notice")) return;
    if (event.key === "Escape") this.end();
    else if (event.key === "Backspace") this.undo();
    else if (event.key === "Enter" && !event.target.closest("button, a")) this.add(this.map.middle());
    else if (event.key === " ") this.finish(event);
    else return;
    event.preventDefault();
  }
}

const at = (latlng) => [latlng.wrap().lng, latlng.lat];
