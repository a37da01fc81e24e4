// The only module that touches Leaflet (and hands it to walk_drawing.js and wiring_drawing.js). Coordinates here are
// Leaflet's [latitude, longitude]; everywhere else positions are longitude first, as the server has
// them.
import gcoord from "gcoord";
import { inside, padded } from "./geo.js";
import { HeatLayer } from "./heat_layer.js";
import { MapDrawing } from "./map_drawing.js";
import { markLayer } from "./marks.js";
import { labelRules, paintRules } from "./paint.js";
import { tileSource } from "./tile_source.js";
import { WalkDrawing } from "./walk_drawing.js";
import { WiringDrawing } from "./wiring_drawing.js";
import { WiringHand } from "./wiring_hand.js";

const { L, protomapsL } = window;
const MAX_DATA_ZOOM = 16;
/** How far beside a point a finger or a mouse still means it, in pixels. */
const FINGER = matchMedia("(pointer: coarse)").matches ? 12 : 3;
const OSM = '<a href="https://www.openstreetmap.org/copyright">';

/** Map tiles whose pictures are in GCJ-02: the picture is shifted, never the data. */
const ShiftedTileLayer = L.TileLayer.extend({
  _shifted(centre) {
    const [lng, lat] = gcoord.transform([centre.lng, centre.lat], gcoord.WGS84, gcoord.GCJ02);
    return L.latLng(lat, lng);
  },
  _setZoomTransform(level, centre, zoom) {
    L.TileLayer.prototype._setZoomTransform.call(this, level, this._shifted(centre), zoom);
  },
  _getTiledPixelBounds(centre) {
    return L.TileLayer.prototype._getTiledPixelBounds.call(this, this._shifted(centre));
  },
});

const Mark = markLayer(L);

const NOTHING = () => ({ left: 0, bottom: 0 });

/**
 * The map: draws what `view` says, and tells `on.click`, `on.press`, `on.move`, `on.tileError`, `on.busy`.
 * `covered()` says how many pixels of it are hidden at the left and at the bottom.
 */
export class CityMap {
  constructor(element, view, on, words, covered = NOTHING) {
    this.view = view;
    this.covered = covered;
    view.library = protomapsL;
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      renderer: L.canvas({ tolerance: FINGER }),
      minZoom: 4,
      maxZoom: 20,
      worldCopyJump: true,
    });
    L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut })
      .addTo(this.map);
    L.control
      .attribution({ position: "bottomright", prefix: '<a href="https://leafletjs.com">Leaflet</a>' })
      .addAttribution(`© ${OSM}OpenStreetMap</a> ${words.contributors}`)
      .addTo(this.map);
    L.control.scale({ position: "bottomright", imperial: false }).addTo(this.map);
    this.tiles = protomapsL.leafletLayer({
      url: tileSource(on.tileError),
      attribution: "",
      maxDataZoom: MAX_DATA_ZOOM,
      paintRules: paintRules(view),
      labelRules: labelRules(view),
      zIndex: 2,
      maxZoom: 20,
    });
    this.tiles.on("loading", () => on.busy(true)).on("load", () => on.busy(false));
    this.overlays = {
      points: new Map(),
      cable: L.layerGroup().addTo(this.map),
      track: L.layerGroup().addTo(this.map),
    };
    this.planned = new WalkDrawing(L, this.map, view);
    this.wired = new WiringDrawing(L, this.map, view);
    this.density = new HeatLayer(L, this.map);
    this.drawing = new MapDrawing(L, this.map);
    this.mark = L.layerGroup().addTo(this.map);
    this.map.on("click", ({ latlng }) => on.click({ lon: latlng.wrap().lng, lat: latlng.lat }));
    // A long press on a touch screen, or the menu button of a mouse.
    this.map.on("contextmenu", ({ latlng }) => on.press({ lon: latlng.wrap().lng, lat: latlng.lat }));
    this.map.on("moveend", () => on.move(this.place()));
    this.map.on("zoomend", () => this.planned.draw());
  }

  /** Show a first place; nothing is fetched before. */
  begin(place, bounds) {
    if (place) this.map.setView([place.lat, place.lng], place.zoom);
    else if (bounds) this.fit(bounds, { animate: false });
    else this.map.setView([30, 110], 4);
    this.tiles.addTo(this.map);
    this.begun = true;
    this.map.fire("moveend");
  }

  place() {
    const { lat, lng } = this.map.getCenter();
    return { zoom: this.map.getZoom(), lat, lng };
  }

  /** [west, south, east, north] in degrees. */
  bounds() {
    const box = this.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  /** Padding for what lies over the map right now. */
  get #padding() {
    const { left, bottom } = this.covered();
    return { paddingTopLeft: [left + 16, 16], paddingBottomRight: [72, bottom + 16] };
  }

  fit([west, south, east, north], options = {}) {
    this.map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { ...this.#padding, maxZoom: 18, ...options },
    );
  }

  /** Draw again from the tiles at hand; with `names` the labels are laid out anew as well. */
  redraw({ names = false } = {}) {
    clearTimeout(this.soon);
    this.names ||= names;
    this.soon = setTimeout(() => {
      if (this.names) this.tiles.clearLayout();
      this.names = false;
      this.tiles.rerenderTiles();
    }, 30);
  }

  /** Draw everything in the look's colours. */
  recolour() {
    this.redraw({ names: true });
    this.planned.draw();
    this.wired.draw();
    this.#drawCable();
  }

  /** Fetch again what failed. */
  retry() {
    this.tiles.redraw();
  }

  /** An external base map from the settings, or none. */
  setBase(base) {
    this.base?.remove();
    this.base = null;
    if (!base) return;
    const Kind = base.crs === "gcj02" ? ShiftedTileLayer : L.TileLayer;
    this.base = new Kind(base.url, {
      attribution: base.attribution,
      subdomains: base.subdomains ?? "abc",
      minZoom: base.minZoom ?? 0,
      maxNativeZoom: base.maxZoom ?? 18,
      maxZoom: 20,
      tms: base.tms ?? false,
      className: "external-base",
      zIndex: 1,
    }).addTo(this.map);
  }

  /** Mark the place that was clicked and the street that was meant; null takes the mark away. */
  point(place, line = null) {
    this.mark.clearLayers();
    if (line) {
      const path = line.map(([lng, lat]) => [lat, lng]);
      L.polyline(path, { color: this.view.colours.chosen, weight: 14, opacity: 0.22, interactive: false })
        .addTo(this.mark);
    }
    if (place) this.#marker(place, "place-mark", 22).addTo(this.mark);
  }

  /** Mark a point of a layer, which stays to be seen. */
  ring(place) {
    this.mark.clearLayers();
    this.#marker(place, "ring-mark", 34).addTo(this.mark);
  }

  #marker({ lat, lon }, className, size) {
    const icon = L.divIcon({ className, iconSize: [size, size] });
    return L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -100 });
  }

  /**
   * GeoJSON points; null takes them away. Of a feature `mark` gives {shape, radius, fill, line,
   * weight}, with `text` and its colour `ink` where something is written in it, and `label` its
   * name; `open`, where there is one, is told which was clicked.
   */
  points(name, collection, { mark, label, open = null, opacity = 1 } = {}) {
    this.overlays.points.get(name)?.remove();
    this.overlays.points.delete(name);
    if (!collection) return;
    const layer = L.geoJSON(collection, {
      pointToLayer: (feature, at) => {
        const { fill, line, ...drawn } = mark(feature);
        const style = { ...drawn, color: line, fillColor: fill, opacity, fillOpacity: opacity };
        return new Mark(at, { ...style, bubblingMouseEvents: !open });
      },
      onEachFeature: (feature, dot) => {
        dot.bindTooltip(() => text(label(feature)));
        if (open) dot.on("click", () => open(feature));
      },
    }).addTo(this.map);
    this.overlays.points.set(name, layer);
    // Whichever layer came last: what needs doing lies on top.
    if (name !== "cases") this.overlays.points.get("cases")?.bringToFront();
  }

  /** Sections of a circuit, [{line, suspect}] with GeoJSON lines; those under suspicion stand out. */
  cable(sections) {
    this.sections = sections;
    this.#drawCable();
  }

  #drawCable() {
    const { cable: layer } = this.overlays;
    const { cable: colour, fault, halo } = this.view.colours;
    layer.clearLayers();
    const draw = (line, style) =>
      L.geoJSON(line, { interactive: false, style: { ...style, lineCap: "butt" } }).addTo(layer);
    for (const { line, suspect } of this.sections ?? []) {
      draw(line, { color: halo, weight: suspect ? 9 : 5 });
      draw(line, suspect ? { color: fault, weight: 6 } : { color: colour, weight: 2.5, dashArray: "7 3" });
    }
    for (const points of this.overlays.points.values()) points.bringToFront();
  }

  /** Circuits, or null to take them away; see WiringDrawing. Lamps can be pulled while correcting. */
  wiring(wiring, options = {}) {
    this.wired.show(wiring, options);
    this.holding.enabled = Boolean(wiring && options.correcting);
  }

  /** Who is told what a finger does with the lamps of a circuit; see WiringHand. */
  hand(on) {
    this.holding = new WiringHand(this.map, this.wired, on);
  }

  /** A sentence above the map while a finger is on it; "" takes it away. */
  say(sentence) {
    const said = document.getElementById("map-says");
    said.textContent = sentence;
    said.hidden = !sentence;
  }

  /** Whether positions are all on screen. */
  holds(positions) {
    return inside(boxOf(positions), this.bounds());
  }

  /** Incidents as a density; see HeatLayer. */
  heat(places, look) {
    return this.density.show(places, look);
  }

  /** The reader's own files as features; see MapDrawing. */
  files(features, colours) {
    this.drawing.files(features, colours);
  }

  /** A line that is being measured, [[lon, lat]…], or null. */
  measured(points, colours) {
    this.drawing.measured(points, colours);
  }

  /** Where the reader stands, to within so many metres; null takes it away. */
  here(place, accuracy = 0) {
    this.drawing.here(place, accuracy);
    if (place) this.fit(this.drawing.around(place, accuracy));
  }

  /** Whether a name of a street, cell or house stands in a box of pixels of the world. */
  isLabelled(box) {
    const index = this.tiles.labelers.getIndex(this.zoom);
    return Boolean(index?.searchBbox(box, Infinity).size);
  }

  focus() {
    this.map.getContainer().focus();
  }

  /** The middle of what the panel leaves of the map: {x, y} in pixels, {lat, lng}, and its room. */
  clear() {
    const size = this.map.getSize();
    const { paddingTopLeft: [left], paddingBottomRight: [, bottom] } = this.#padding;
    const room = { width: size.x - left, height: size.y - bottom };
    const [x, y] = [left + room.width / 2, room.height / 2];
    const { lat, lng } = this.map.containerPointToLatLng([x, y]);
    return { x, y, lat, lng, ...room };
  }

  /** Runs what draws own tiles for paper: in the light look's colours, whichever is looked at. */
  inColoursOfPaper(draw) {
    const { view } = this;
    const { colours } = view;
    try {
      view.colours = view.coloursOfPaper;
      draw(view.colours);
    } finally {
      view.colours = colours;
    }
  }

  /** Show a place at a zoom, in the middle of what is not hidden. */
  goTo({ lon, lat }, zoom, options = {}) {
    const { x, y } = this.clear();
    const beside = L.point(x, y).subtract(this.map.getSize().divideBy(2));
    const centre = this.map.project([lat, lon], zoom).subtract(beside);
    this.map.setView(this.map.unproject(centre, zoom), zoom, options);
  }

  /** Lines of patrols as GeoJSON features. */
  tracks(features, colour, opacity = 1) {
    this.overlays.track.clearLayers();
    const style = { color: colour, weight: 2, opacity: 0.75 * opacity, interactive: false };
    for (const feature of features) L.geoJSON(feature, { style, filter: isLine }).addTo(this.overlays.track);
  }

  fadeTracks(opacity) {
    this.overlays.track.eachLayer((layer) => layer.setStyle({ opacity: 0.75 * opacity }));
  }

  /** A planned walk, {line, turns}, or null to take it away; see WalkDrawing. */
  walk(walk, choose = () => {}) {
    this.planned.show(walk, choose);
  }

  /** Mark where a planned walk begins, {lon, lat}, or null. */
  walkStart(place) {
    this.overlays.start?.remove();
    this.overlays.start = place && this.#marker(place, "walk-start-mark", 20).addTo(this.map);
  }

  fitLine(line, options = {}) {
    this.fit(boxOf(line), options);
  }

  middle() {
    const { lng, lat } = this.map.getCenter().wrap();
    return { lon: lng, lat };
  }

  /** Show a turn of the walk in the chosen colour, and the part of the walk up to the next one. */
  showTurn(number) {
    this.fitLine(this.planned.choose(number));
  }

  /** Zero before the first place is shown. */
  get zoom() {
    return this.begun ? this.map.getZoom() : 0;
  }

  /** The view's box, somewhat larger, if `known` does not hold all of it; else null. */
  beyond(known) {
    const box = this.bounds();
    return known && inside(box, known) ? null : padded(box, 0.3);
  }

  /** Another map shows the same place from now on, whichever is moved; gives what parts them. */
  together(other) {
    const [one, two] = [this.map, other.map];
    one.sync(two);
    two.sync(one);
    return () => {
      one.unsync(two);
      two.unsync(one);
    };
  }

  remove() {
    clearTimeout(this.soon);
    this.map.remove();
  }

  resized() {
    this.map.invalidateSize();
  }
}

/** [west, south, east, north] of a line of [longitude, latitude]. */
function boxOf(line) {
  const [xs, ys] = [0, 1].map((axis) => line.map((position) => position[axis]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

const isLine = (feature) => /LineString/.test(feature.geometry?.type ?? "");

function text(of) {
  const span = document.createElement("span");
  span.textContent = of;
  return span;
}
