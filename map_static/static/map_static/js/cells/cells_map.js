// The map under the editor: cells as areas, their numbers, what is wrong with them, and what would
// change. The only module of the editor, with pen.js and handles.js, that touches Leaflet; it takes
// and gives positions longitude first, as the server has them.
import { apart } from "../geo.js";
import { begin } from "../plain_map.js";
import { t } from "../words.js";
import { numberOf, plainNameOf } from "./balance.js";
import { boxOf, insideOf } from "./borders.js";

const { L } = window;
/** From this zoom on cells bear their names, not only their numbers. */
const NAMES = 16;
/** How far from each other numbers stand at least, in pixels. */
const ROOM = 28;

export const toLatLng = ([lng, lat]) => L.latLng(lat, lng);
export const fromLatLng = ({ lng, lat }) => [lng, lat];

export class CellsMap {
  #cells;
  #labels;
  #flaws;
  #pieces;
  #preview;
  #layers = new Map();
  #drawn = null;

  /** `clicked(key, place)` tells which cell was clicked (null for none), and where; `zoomed()`. */
  constructor(element, { clicked, zoomed }) {
    this.map = begin(element, { shows: ["buildings"], names: true, zoomAt: "topright" });
    this.map.doubleClickZoom.disable();
    L.control.scale({ position: "bottomright", imperial: false }).addTo(this.map);
    this.#cells = L.geoJSON(null, {
      style: ({ properties }) => ({ className: `cell-area cell-${properties.colour}` }),
      onEachFeature: ({ properties }, layer) => {
        this.#layers.set(properties.key, layer);
        layer.on("click", (event) => {
          L.DomEvent.stopPropagation(event);
          clicked(properties.key, fromLatLng(event.latlng));
        });
      },
    }).addTo(this.map);
    this.#labels = L.layerGroup().addTo(this.map);
    this.#pieces = L.layerGroup().addTo(this.map);
    this.#flaws = L.layerGroup().addTo(this.map);
    this.#preview = L.layerGroup().addTo(this.map);
    this.map.on("click", ({ latlng }) => clicked(null, fromLatLng(latlng)));
    this.map.on("zoomend", () => {
      this.#label();
      zoomed();
    });
  }

  /** Draw the cells (a FeatureCollection) anew; shapes are not moved in between. */
  show(collection) {
    this.#drawn = collection;
    this.#layers.clear();
    this.#cells.clearLayers().addData(collection);
    this.#label();
  }

  #label() {
    this.#labels.clearLayers();
    const names = this.map.getZoom() >= NAMES;
    const signs = (this.#drawn?.features ?? []).map(({ properties, geometry }) => ({
      properties,
      at: insideOf(geometry),
    }));
    // Where there is no room for all numbers, some wait for a closer look.
    const spots = signs.map(({ at }) => this.map.latLngToLayerPoint(toLatLng(at)));
    for (const nth of apart(spots, ROOM)) {
      const { properties, at } = signs[nth];
      const sign = document.createElement("span");
      sign.textContent = numberOf(properties);
      const name = document.createElement("i");
      name.textContent = nameOf(properties);
      const content = document.createElement("div");
      content.append(sign, ...(names ? [name] : []));
      const icon = L.divIcon({ className: "cell-sign", html: content, iconSize: [0, 0] });
      L.marker(toLatLng(at), { icon, interactive: false, keyboard: false }).addTo(this.#labels);
    }
  }

  /** Mark the chosen cells, and those that can be chosen too. */
  choose(keys, offered = []) {
    for (const [key, layer] of this.#layers) {
      const shape = layer.getElement();
      shape?.classList.toggle("is-chosen", keys.has(key));
      shape?.classList.toggle("is-offered", offered.includes(key));
      if (keys.has(key)) layer.bringToFront();
    }
  }

  /** Gaps and overlaps (GeoJSON geometries) in red. */
  flaws(geometries) {
    this.#flaws.clearLayers();
    for (const geometry of geometries) {
      L.geoJSON(geometry, { className: "cell-flaw", interactive: false }).addTo(this.#flaws);
    }
  }

  /** Differing pieces (features with a `colour`), `told(number)` when one is clicked. */
  pieces(features, told = () => {}) {
    this.#pieces.clearLayers();
    this.map.getContainer().classList.toggle("is-comparing", features.length > 0);
    features.forEach((feature, nth) => {
      L.geoJSON(feature, { className: `cell-piece cell-${feature.colour}` })
        .on("click", (event) => {
          L.DomEvent.stop(event);
          told(nth);
        })
        .bindTooltip(t("cells.piece", partners(feature.properties)), { sticky: true })
        .addTo(this.#pieces);
    });
  }

  /** A line or ring that would be: dashed. An empty one takes it away. */
  preview(positions, { ring = false } = {}) {
    this.#preview.clearLayers();
    if (positions.length < 2) return;
    const options = { className: "cell-preview", interactive: false };
    const line = positions.map(toLatLng);
    (ring ? L.polygon(line, options) : L.polyline(line, options)).addTo(this.#preview);
  }

  /** Show a place, a geometry or a box [west, south, east, north] beside the panel. */
  goTo({ at, geometry, box }) {
    if (at) {
      this.map.setView(toLatLng(at), Math.max(this.map.getZoom(), 18));
      return;
    }
    const [west, south, east, north] = box ?? boxOf(geometry);
    this.map.fitBounds([[south, west], [north, east]], { maxZoom: 18, padding: [40, 40] });
  }

  /** How far two places are from each other on the screen, in pixels. */
  pixelsBetween(a, b) {
    const [one, other] = [a, b].map((at) => this.map.latLngToLayerPoint(toLatLng(at)));
    return one.distanceTo(other);
  }

  /** How many metres a number of pixels are, here. */
  metresOf(pixels) {
    const { x, y } = this.map.getSize().divideBy(2);
    const [a, b] = [[x, y], [x + 100, y]].map((point) => this.map.containerPointToLatLng(point));
    return (pixels * a.distanceTo(b)) / 100;
  }
}

/** A cell's number and name, as people say it. */
export const named = (cell) => `${numberOf(cell)} ${nameOf(cell)}`;

/** Its name alone. */
export const nameOf = (cell) => plainNameOf(cell) || t("cells.unnamed");

/** The names of both sides of a differing piece, for a sentence. */
export function partners({ from, to }) {
  return { from: from ? named(from) : t("cells.no_cell"), to: to ? named(to) : t("cells.no_cell") };
}
