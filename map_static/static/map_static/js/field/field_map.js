// The tablet's map, north up, drawn from what the tablet carries: no tile is fetched. Only this module
// touches Leaflet (and hands it to what draws on it). Positions are longitude first; Leaflet's
// [latitude, longitude] is made here.
import { el, icon } from "../dom.js";
import { widthOf } from "../street_width.js";
import { stretchesNow } from "./coverage_now.js";
import { Scene } from "./ground_paint.js";
import { groundTiles } from "./ground_tiles.js";
import { Marks } from "./map_marks.js";
import { Picker } from "./map_pick.js";
import { Ground, streetName } from "./packages.js";
import { lastWalked } from "./to_do.js";
import { WalkLayer } from "./walk_layer.js";

const { L } = window;
const CLOSE_ENOUGH = 17;
const USUAL_ZOOM = 18;
/** How far beside a street, in pixels, a finger still means it. */
const FINGER = 20;
const METRES_PER_DEGREE = 111_320;
const NO_GROUND = new Ground([]);

export class FieldMap {
  #following = false;
  #position = null;
  #chosen = null;
  #near = false;
  /** Whether somebody chose what is shown; before that it is all of the own cells. */
  moved = false;
  /** Told when following begins and ends. */
  onFollow = () => {};

  /** `app` gives data, settings, words, look() and show(). */
  constructor(element, app) {
    this.app = app;
    this.element = element;
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      minZoom: 11,
      maxZoom: 20,
      zoomAnimation: true,
      renderer: L.canvas({ padding: 0.3, tolerance: 14 }),
    });
    L.control
      .attribution({ position: "bottomleft", prefix: false })
      .addAttribution(`© OpenStreetMap ${app.words("field.map.contributors")}`)
      .addTo(this.map);
    this.ground = NO_GROUND;
    this.scene = new Scene(NO_GROUND);
    this.look = { colours: this.colours, stretches: () => null };
    this.tiles = groundTiles(L, () => ({ scene: this.scene, look: this.look })).addTo(this.map);
    this.walked = new WalkLayer(L, this.map, this);
    this.marks = new Marks(L, this.map, this);
    this.picker = new Picker(L, this.map, this);
    this.marked = L.layerGroup().addTo(this.map);
    this.map.createPane("self").style.zIndex = 430;
    this.self = L.layerGroup().addTo(this.map);
    this.selfRenderer = L.svg({ pane: "self" });
    this.#buttons();
    this.map.on("dragstart", () => {
      this.moved = true;
      this.follow(false);
    });
    this.map.on("zoomend", () => this.#drawMark());
    this.map.on("click", ({ latlng }) => this.#clicked({ lon: latlng.lng, lat: latlng.lat }));
    new ResizeObserver(() => this.map.invalidateSize({ pan: false })).observe(element);
    this.map.setView([0, 0], 11);
    this.showGround();
  }

  get colours() {
    return this.app.settings.colours.looks[this.app.look()];
  }

  /** The packages on the tablet are others now, or the first ones are here. */
  showGround() {
    const ground = this.app.data.ground() ?? NO_GROUND;
    if (ground !== this.ground) {
      this.ground = ground;
      this.scene = new Scene(ground, (segment) => streetName(segment, this.app.settings.language));
      this.walked.again();
      if (!this.moved) this.fitCells();
    }
    this.showFreshness();
    this.marks.draw();
  }

  /** Streets in the colours of what is known now. */
  showFreshness() {
    this.look = { colours: this.colours, stretches: stretchesNow(this.app) };
    this.tiles.again();
  }

  /** All in the look's colours. */
  recolour() {
    this.showFreshness();
    this.walked.again();
    this.marks.draw();
    this.#drawSelf();
    this.#drawMark();
  }

  /** Show a place {lon, lat} so that the sheet does not hide it. */
  go({ lon, lat }, { zoom = Math.max(this.map.getZoom(), CLOSE_ENOUGH), animate = true } = {}) {
    this.moved = true;
    this.map.setView(this.#shifted([lat, lon], zoom), zoom, { animate, duration: 0.3 });
  }

  /** Show a box [west, south, east, north]. */
  fit([west, south, east, north]) {
    const { left, right, bottom } = this.#hidden();
    const box = [
      [south, west],
      [north, east],
    ];
    const room = { paddingTopLeft: [left + 24, 72], paddingBottomRight: [right + 88, bottom + 24] };
    this.map.fitBounds(box, { ...room, maxZoom: 18, animate: false });
  }

  /** The member's own cells. */
  fitCells() {
    if (this.ground.bounds) this.fit(this.ground.bounds);
  }

  /** Where the tablet is, {lon, lat, accuracy in metres}; null takes it away. */
  position(place) {
    this.#position = place;
    this.#drawSelf();
    if (place && this.#following) this.#keep(place);
  }

  /** Keep the position in the middle; the first time also near enough to see one's street. */
  follow(on) {
    if (on !== this.#following) {
      this.#following = on;
      this.#near = false;
      this.onFollow(on);
      if (on && this.#position) this.#keep(this.#position);
    }
    this.followButton.setAttribute("aria-pressed", String(on));
  }

  get following() {
    return this.#following;
  }

  #keep(place) {
    const zoom = this.map.getZoom();
    this.go(place, { zoom: this.#near ? zoom : Math.max(zoom, USUAL_ZOOM) });
    this.#near = true;
  }

  /**
   * Mark what was chosen: a place {lon, lat}, stretches {lines: [[lon, lat, lon, lat …]]}, or null;
   * it is brought into view.
   */
  mark(what) {
    this.#chosen = what;
    if (what) {
      this.follow(false);
      const places = (what.lines ?? []).flatMap(pairsOf);
      for (const one of [what, what.with]) if (one?.lon !== undefined) places.push([one.lon, one.lat]);
      if (places.length > 1) this.fit(boxOfPlaces(places));
      else if (places.length) this.go(what);
    }
    this.#drawMark();
  }

  #drawMark() {
    this.marked.clearLayers();
    const what = this.#chosen;
    const { chosen, casing } = this.colours;
    const width = widthOf(this.map.getZoom(), "street");
    for (const line of what?.lines ?? []) {
      const path = pathOf(line);
      for (const [color, more, opacity] of [
        [casing, 7, 0.9],
        [chosen, 4, 0.7],
      ]) {
        L.polyline(path, { color, weight: width + more, opacity, interactive: false }).addTo(this.marked);
      }
    }
    if (what?.lon === undefined) return;
    const ring = L.divIcon({ className: "ring-mark", iconSize: [44, 44] });
    const still = { icon: ring, interactive: false, keyboard: false };
    L.marker([what.lat, what.lon], still).addTo(this.marked);
  }

  /**
   * Let a place be chosen: a pin, moved by taps and arrow keys; each move calls `told({lon, lat, lamp})`
   * with the id of the lamp that was meant, or null. Gives the way to stop.
   */
  pick(start, told) {
    return this.picker.begin(start, told);
  }

  /** What a tap on a mark does while no place is being chosen. */
  opened(screen, params) {
    this.app.show(screen, params);
  }

  /** The middle of what is on screen. */
  middle() {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat };
  }

  /** [west, south, east, north] of what is on screen, somewhat larger. */
  view() {
    const box = this.map.getBounds().pad(0.25);
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  /** Things so near to each other that they are one picture: nearer, or what they are where that is all. */
  apart(things) {
    const box = boxOfPlaces(things.map(({ lon, lat }) => [lon, lat]));
    const zoom = this.map.getZoom();
    this.follow(false);
    if (zoom < this.map.getMaxZoom() && (box[0] < box[2] || box[1] < box[3])) {
      this.go(things[0], { zoom: Math.min(zoom + 2, this.map.getMaxZoom()) });
    } else this.opened("next", { what: things[0].record ? "case" : "visit" });
  }

  #clicked(place) {
    if (this.picker.picking) this.picker.put(place);
    else this.#tellStreet(place);
  }

  /** What street was tapped, and when it was last walked there. */
  #tellStreet({ lon, lat }) {
    const { lat: other } = this.map.containerPointToLatLng(
      this.map.latLngToContainerPoint([lat, lon]).add([0, FINGER]),
    );
    const reach = Math.abs(lat - other) * METRES_PER_DEGREE;
    const found = this.ground.segmentAt(lon, lat, reach, ({ duty }) => duty);
    if (found) this.app.notice(lastWalked(this.app, found), { key: "street" });
  }

  /** How much of the map lies under the sheet, in pixels at each side. */
  #hidden() {
    const map = this.element.getBoundingClientRect();
    const sheet = document.getElementById("sheet")?.getBoundingClientRect();
    const none = { left: 0, right: 0, bottom: 0 };
    if (!sheet || !sheet.width || !sheet.height) return none;
    // A panel at a side goes from top to bottom; else it is a sheet from below.
    if (sheet.width < map.width * 0.75) {
      const right = Math.max(0, map.right - sheet.left);
      return sheet.left > map.left + map.width / 2 ? { ...none, right } : { ...none, left: sheet.right };
    }
    return { ...none, bottom: Math.max(0, Math.min(map.bottom - sheet.top, map.height * 0.6)) };
  }

  #shifted(latlng, zoom) {
    const { left, right, bottom } = this.#hidden();
    const point = this.map.project(latlng, zoom).add([(right - left) / 2, bottom / 2]);
    return this.map.unproject(point, zoom);
  }

  #drawSelf() {
    this.self.clearLayers();
    if (!this.#position) return;
    const { lon, lat, accuracy } = this.#position;
    const { walk, walkLine } = this.colours;
    const still = { interactive: false, renderer: this.selfRenderer };
    if (accuracy) {
      const style = { color: walk, weight: 1, opacity: 0.5, fillColor: walk, fillOpacity: 0.1 };
      L.circle([lat, lon], { ...still, ...style, radius: accuracy }).addTo(this.self);
    }
    const dot = { radius: 9, color: walkLine, weight: 3, fillColor: walk, fillOpacity: 1 };
    L.circleMarker([lat, lon], { ...still, ...dot }).addTo(this.self);
  }

  #buttons() {
    const { words } = this.app;
    const button = (name, label, act) =>
      el("button", { type: "button", class: "map-button", "aria-label": label, onclick: act }, icon(name));
    const zoom = (by) => {
      this.moved = true;
      this.map.setZoom(this.map.getZoom() + by);
    };
    this.followButton = button("locate", words("field.map.follow"), () => this.follow(!this.#following));
    this.followButton.setAttribute("aria-pressed", "false");
    const box = el(
      "div",
      { class: "map-buttons" },
      button("plus", words("field.map.zoom_in"), () => zoom(1)),
      button("minus", words("field.map.zoom_out"), () => zoom(-1)),
      this.followButton,
    );
    L.DomEvent.disableClickPropagation(box);
    this.element.append(box);
  }
}

const pairsOf = (line) =>
  Array.from({ length: line.length / 2 }, (_, i) => [line[2 * i], line[2 * i + 1]]);

const pathOf = (line) => pairsOf(line).map(([lon, lat]) => [lat, lon]);

function boxOfPlaces(places) {
  const [xs, ys] = [0, 1].map((axis) => places.map((place) => place[axis]));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
