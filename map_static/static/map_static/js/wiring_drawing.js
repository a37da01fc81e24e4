// How circuits lie on the map: cable, cabinets, and, while one is corrected, lamps. Leaflet is handed
// in by map.js.
import { nearest } from "./wiring.js";

export class WiringDrawing {
  #wiring = null;
  #look = {};
  #spots = [];

  constructor(L, map, view) {
    this.L = L;
    this.map = map;
    this.view = view;
    this.layer = L.layerGroup().addTo(map);
    this.branch = L.layerGroup().addTo(map);
    // Alone on its own, so that following a finger draws one line anew and not a thousand lamps.
    this.own = L.svg();
  }

  /**
   * A Wiring, or null to take it away; `chosen` is the circuit that stands out, `lamp` a lamp that is
   * marked. `correcting` shows the lamps; else `choose` is told which circuit was clicked.
   */
  show(wiring, { chosen = null, lamp = null, correcting = false, choose = null, names = {} } = {}) {
    this.#wiring = wiring;
    this.#look = { chosen, lamp, correcting, choose, names };
    this.draw();
  }

  draw() {
    this.layer.clearLayers();
    this.#spots = [];
    const wiring = this.#wiring;
    if (!wiring) return;
    const { chosen, lamp, correcting } = this.#look;
    const first = lamp == null ? chosen : wiring.lamps.get(lamp)?.circuit;
    this.#spots = wiring.spots([first ?? chosen, chosen]);
    const lamps = [...wiring.lamps.values()];
    // What was chosen lies on top.
    const order = (one) => (one.circuit === chosen ? 1 : 0);
    for (const one of lamps.filter(({ line }) => line).sort((a, b) => order(a) - order(b))) this.#cable(one);
    for (const { at, lamp: of } of this.#spots) if (of == null) this.#mark(at, "cabinet-mark", 18);
    if (!correcting) return;
    for (const one of lamps) this.#lamp(one);
    if (lamp != null && wiring.lamps.has(lamp)) this.#mark(wiring.lamps.get(lamp).at, "ring-mark", 34);
  }

  #cable({ circuit, line }) {
    const { chosen, choose } = this.#look;
    const { cable, cellLine, halo } = this.view.colours;
    const { draft } = this.#wiring.circuits.get(circuit) ?? {};
    const stands = circuit === chosen;
    const path = line.map(([lng, lat]) => [lat, lng]);
    const under = { color: halo, weight: stands ? 8 : 5, interactive: Boolean(choose), bubblingMouseEvents: !choose };
    const drawn = this.L.polyline(path, under).addTo(this.layer);
    if (choose) drawn.on("click", () => choose(circuit)).bindTooltip(() => this.#text(circuit), { sticky: true });
    this.L.polyline(path, {
      color: stands ? cable : cellLine,
      weight: stands ? 4 : 2,
      dashArray: draft ? "7 4" : null,
      lineCap: "butt",
      interactive: false,
    }).addTo(this.layer);
  }

  #text(circuit) {
    const span = document.createElement("span");
    span.textContent = this.#look.names.circuit(this.#wiring.circuits.get(circuit));
    return span;
  }

  #lamp({ at: [lng, lat], circuit, number }) {
    const { cable, cellLine, halo, land } = this.view.colours;
    const own = circuit === this.#look.chosen;
    const loose = circuit == null;
    const style = loose
      ? { radius: 7, color: cellLine, weight: 2, fillColor: land, dashArray: "3 2" }
      : { radius: own ? 8 : 6, color: halo, weight: 2, fillColor: own ? cable : cellLine };
    const text = document.createElement("span");
    text.textContent = this.#look.names.lamp(number);
    this.L.circleMarker([lat, lng], { ...style, fillOpacity: 1 }).bindTooltip(text).addTo(this.layer);
  }

  #mark([lng, lat], className, size, layer = this.layer) {
    const icon = this.L.divIcon({ className, iconSize: [size, size] });
    this.L.marker([lat, lng], { icon, interactive: false, keyboard: false }).addTo(layer);
  }

  /** The spot that a finger at a point of the map's box means, within so many pixels, but not `lamp`. */
  near(point, within, lamp = null) {
    const spots = this.#spots.filter((spot) => lamp == null || spot.lamp !== lamp);
    return nearest(spots, point, within, ([lng, lat]) => this.map.latLngToContainerPoint([lat, lng]));
  }

  /** The branch from a place to a spot that may feed it or not, or to where the finger is. */
  pull(at, { spot = null, point = null, allowed = true }) {
    this.branch.clearLayers();
    const { chosen: colour, fault, halo } = this.view.colours;
    const [lng, lat] = at;
    const end = spot ? [spot.at[1], spot.at[0]] : this.map.containerPointToLatLng(point);
    const draw = (style) =>
      this.L.polyline([end, [lat, lng]], { interactive: false, renderer: this.own, ...style }).addTo(this.branch);
    draw({ color: halo, weight: 8 });
    draw({ color: allowed ? colour : fault, weight: 4, dashArray: spot && allowed ? null : "6 6" });
    if (spot && allowed) this.#mark(spot.at, "ring-mark", 44, this.branch);
  }

  release() {
    this.branch.clearLayers();
  }
}
