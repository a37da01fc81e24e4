// A place chosen on the map: a pin that taps and arrow keys move.
const STEP = 12;
const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Picker {
  #told = null;
  #pin = null;

  constructor(L, map, field) {
    this.L = L;
    this.map = map;
    this.field = field;
    // Before Leaflet, which would move the map.
    map.getContainer().addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  get picking() {
    return this.#told !== null;
  }

  begin(start, told) {
    this.stop();
    this.#told = told;
    this.map.getContainer().classList.add("picking");
    if (start) {
      this.#show(start);
      this.field.follow(false);
      this.field.go(start);
    }
    return () => {
      if (this.#told === told) this.stop();
    };
  }

  stop() {
    this.#told = null;
    this.#pin?.remove();
    this.#pin = null;
    this.map.getContainer().classList.remove("picking");
  }

  /** The pin stands here now; `lamp` is the id of the lamp that was tapped. */
  put(place, lamp = null) {
    this.#show(place);
    this.#told?.({ lon: place.lon, lat: place.lat, lamp });
  }

  #show({ lon, lat }) {
    if (this.#pin) {
      this.#pin.setLatLng([lat, lon]);
      return;
    }
    const icon = this.L.divIcon({ className: "pin-mark", iconSize: [36, 44], iconAnchor: [18, 42] });
    const options = { icon, interactive: false, keyboard: false, zIndexOffset: 1000 };
    this.#pin = this.L.marker([lat, lon], options).addTo(this.map);
  }

  #key(event) {
    const move = MOVES[event.key];
    if (!this.#told || !move || event.target !== this.map.getContainer()) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.#pin?.getLatLng() ?? this.map.getCenter();
    const at = this.map.latLngToContainerPoint(from).add([move[0] * STEP, move[1] * STEP]);
    const { lat, lng } = this.map.containerPointToLatLng(at);
    this.put({ lon: lng, lat });
  }
}
