// Density on a canvas by leaflet.heat, loaded when it is first asked for.

let loaded = null;

async function library() {
  loaded ??= import("leaflet.heat").then(() => {
    const simple = window.simpleheat;
    // It reads its pixels back each time; a canvas that is told so warns nobody and is quicker.
    window.simpleheat = (canvas) => {
      canvas.getContext("2d", { willReadFrequently: true });
      return simple(canvas);
    };
  });
  await loaded;
}

/** Five colours from few to many, as the library wants them. */
const gradient = (colours) =>
  Object.fromEntries(colours.map((colour, nth) => [(nth + 1) / colours.length, colour]));

/** Where incidents are dense, on a map of Leaflet. */
export class HeatLayer {
  #layer = null;
  #wanted = null;

  constructor(L, map) {
    this.L = L;
    this.map = map;
    // Above the tiles and below the points.
    map.createPane("density").style.zIndex = "350";
  }

  /** The canvas it is drawn on, null while there is none. */
  get canvas() {
    return this.#layer?._canvas ?? null;
  }

  /** [longitude, latitude] of each; null takes it away. Radius in pixels, opacity 0..1. */
  async show(places, { radius, most, colours, opacity } = {}) {
    this.#wanted = places;
    if (places) await library();
    // Something newer was asked for while the library came.
    if (this.#wanted !== places) return;
    if (!places?.length) {
      this.#layer?.remove();
      this.#layer = null;
      return;
    }
    const options = { pane: "density", radius: radius / 2, blur: radius / 2, max: most, maxZoom: 0, minOpacity: 0.15 };
    const at = places.map(([lon, lat]) => [lat, lon]);
    const all = { ...options, gradient: gradient(colours) };
    if (this.#layer) this.#layer.setOptions(all).setLatLngs(at);
    else this.#layer = this.L.heatLayer(at, all).addTo(this.map);
    this.canvas.style.opacity = String(opacity);
  }
}
