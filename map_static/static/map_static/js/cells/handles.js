// The corners of a cell's border, to be taken hold of: dragged by mouse or finger, or chosen with
// Tab and moved with the arrow keys. Both neighbours follow; the preview shows where the border goes.
import { t } from "../words.js";
import { beside, halfway, inserting, moving, OUTER, PLAIN, removing } from "./borders.js";
import { fromLatLng, toLatLng } from "./cells_map.js";
import { stepOf } from "./pen.js";

const { L } = window;
/** Between corners nearer than this, in pixels, no new one is offered. */
const ROOM = 40;
const SIZE = matchMedia("(pointer: coarse)").matches ? 36 : 24;

export class Handles {
  #layer;
  #on;
  #map;
  #moved = null;
  #focus = null;
  #places = new WeakMap();

  /**
   * `on.edit(edit)` when a corner was moved, put in or taken away, `on.picked(at)` when one is
   * chosen (Enter) for a line, `on.says(sentence)`; `snap(at)` as for the pen.
   */
  constructor(cellsMap, on, snap) {
    this.cellsMap = cellsMap;
    this.#map = cellsMap.map;
    this.#on = on;
    this.snap = snap;
    this.#layer = L.layerGroup().addTo(this.#map);
  }

  /** Whether a corner is on its way and not set yet. */
  get busy() {
    return this.#moved !== null;
  }

  stop() {
    this.#moved = null;
    this.#layer.clearLayers();
    this.cellsMap.preview([]);
  }

  /** Give the keys to the first corner. */
  focus() {
    this.#layer.getLayers()[0]?.getElement().focus({ preventScroll: true });
  }

  /** Offer the corners of a cell to be moved; `named(key)` gives the name of a neighbour. */
  toMove(corners, named) {
    this.#keepFocus();
    this.stop();
    const inner = corners.filter(({ kind }) => kind !== OUTER);
    corners.forEach((corner) => {
      if (corner.kind !== OUTER) {
        const others = corner.others.map(named).join(t("list.comma"));
        const label = t(corner.kind === PLAIN ? "cells.corner" : "cells.junction", {
          n: inner.indexOf(corner) + 1,
          of: inner.length,
          others,
        });
        this.#movable(`corner is-${corner.kind}`, label, corner.at, {
          ends: [beside(corner, -1).at, beside(corner, 1).at],
          edit: (to) => moving(corner, to),
          remove: corner.kind === PLAIN ? () => removing(corner) : null,
        });
      }
      const room = this.cellsMap.pixelsBetween(corner.at, beside(corner, 1).at);
      if (corner.edge && room >= ROOM) this.#between(corner);
    });
    this.#giveFocus();
  }

  #between(corner) {
    const ends = [corner.at, beside(corner, 1).at];
    this.#movable("corner is-between", t("cells.between"), halfway(...ends), {
      ends,
      edit: (to) => inserting(corner, to),
      remove: null,
    });
  }

  /** Offer all corners of a cell to be picked as ends of a line. */
  toPick(corners) {
    this.stop();
    corners.forEach(({ at }, nth) => {
      const label = t("cells.pick", { n: nth + 1, of: corners.length });
      const marker = this.#marker("corner is-pick", label, at);
      const pick = (event) => {
        L.DomEvent.stop(event);
        marker.getElement().setAttribute("aria-pressed", "true");
        this.#on.picked(at);
      };
      marker.on("click", pick);
      marker.getElement().addEventListener("keydown", (event) => {
        if (["Enter", " "].includes(event.key)) pick(event);
      });
    });
  }

  #marker(className, label, at, options = {}) {
    const icon = L.divIcon({ className, iconSize: [SIZE, SIZE] });
    const marker = L.marker(toLatLng(at), { icon, title: "", alt: label, ...options });
    marker.addTo(this.#layer);
    const element = marker.getElement();
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", label);
    return marker;
  }

  #movable(className, label, at, { ends, edit, remove }) {
    const marker = this.#marker(className, label, at, { draggable: true, autoPan: true });
    const handle = { marker, at, ends, edit, to: at };
    this.#places.set(marker.getElement(), at);
    marker.on("drag", () => this.#dragged(handle, fromLatLng(marker.getLatLng())));
    marker.on("dragend", () => this.#set(handle));
    marker.getElement().addEventListener("keydown", (event) => {
      const step = stepOf(event);
      if (step) this.#nudged(handle, step);
      else if (event.key === "Enter" && this.#moved === handle) this.#set(handle);
      else if (event.key === "Escape" && this.#moved === handle) this.#giveUp(handle);
      else if ((event.key === "Delete" || event.key === "Backspace") && remove) {
        this.#remember(at);
        this.#on.edit(remove());
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    // Who leaves a corner that was moved but not set has given it up.
    marker.getElement().addEventListener("blur", () => this.#moved === handle && this.#giveUp(handle));
  }

  #dragged(handle, place) {
    const { at, name } = this.snap(place);
    handle.marker.setLatLng(toLatLng(at));
    handle.marker.getElement().classList.toggle("is-snapped", name !== null);
    this.#moves(handle, at);
  }

  #nudged(handle, [x, y]) {
    const point = this.#map.latLngToContainerPoint(toLatLng(handle.to)).add([x, y]);
    const to = fromLatLng(this.#map.containerPointToLatLng(point));
    handle.marker.setLatLng(toLatLng(to));
    this.#map.panInside(toLatLng(to), { padding: [60, 60], animate: false });
    if (this.#moved !== handle) this.#on.says(t("cells.moving"));
    this.#moves(handle, to);
  }

  #moves(handle, to) {
    this.#moved = handle;
    handle.to = to;
    const { to: line } = handle.edit(to);
    // A junction has one place; of a border it is a whole stretch that moves.
    const [before, after] = handle.ends;
    this.cellsMap.preview(Array.isArray(line[0]) ? line : [before, to, after]);
  }

  #set(handle) {
    this.#moved = null;
    this.#remember(handle.to);
    this.#on.edit(handle.edit(handle.to));
  }

  #giveUp(handle) {
    this.#moved = null;
    handle.to = handle.at;
    handle.marker.setLatLng(toLatLng(handle.at));
    this.cellsMap.preview([]);
    this.#on.says(t("cells.moved_back"));
  }

  // Drawing anew takes the focused handle away; the corner nearest to it gets the focus back.
  #remember(at) {
    this.#focus = at;
  }

  #keepFocus() {
    const held = this.#places.get(document.activeElement);
    this.#focus = held ? (this.#focus ?? held) : null;
  }

  #giveFocus() {
    if (!this.#focus) return;
    const target = toLatLng(this.#focus);
    this.#focus = null;
    const [nearest] = this.#layer
      .getLayers()
      .map((marker) => ({ marker, metres: target.distanceTo(marker.getLatLng()) }))
      .sort((a, b) => a.metres - b.metres);
    nearest?.marker.getElement().focus({ preventScroll: true });
  }
}
