// How a planned walk lies on the map: beside its streets, with arrows and numbered turns. Leaflet is
// handed in by map.js.
import { apart, arrows, beside, lengthOf } from "./geo.js";

/** How far beside its street a walk is drawn, and how far apart its numbers stand, in pixels. */
const BESIDE = 3;
const APART = 30;
const MOST_ARROWS = 300;

export class WalkDrawing {
  #walk = null;
  #told = () => {};
  #chosen = null;

  constructor(L, map, view) {
    this.L = L;
    this.map = map;
    this.view = view;
    this.layer = L.layerGroup().addTo(map);
  }

  /**
   * A walk {line, turns}, or null to take it away. The turns are numbered from 1; `told` is told
   * which one's number (from 0) was clicked.
   */
  show(walk, told) {
    this.#walk = walk;
    this.#told = told;
    this.#chosen = null;
    this.draw();
  }

  /** Show a turn in the chosen colour; gives the line from there up to the next one. */
  choose(number) {
    const { line, turns } = this.#walk;
    this.#chosen = number;
    this.draw();
    return line.slice(turns[number].first, (turns[number + 1]?.first ?? line.length) + 1);
  }

  draw() {
    const { L, map } = this;
    const zoom = map.getZoom();
    this.layer.clearLayers();
    // Without a zoom the map has no place yet.
    if (!this.#walk || zoom === undefined) return;
    const pixel = ([lng, lat]) => map.project([lat, lng], zoom);
    const place = ({ x, y }) => map.unproject([x, y], zoom);
    const { line, turns } = this.#walk;
    const { walk: colour, walkLine: edge } = this.view.colours;
    // In pixels, so that it lies as far beside the street at each zoom.
    const path = beside(L.LineUtil.simplify(line.map(pixel), 1), BESIDE);
    const draw = (points, style) =>
      L.polyline(points.map(place), { interactive: false, smoothFactor: 0, ...style }).addTo(this.layer);
    draw(path, { color: edge, weight: 9 });
    draw(path, { color: colour, weight: 5 });
    for (const head of arrows(path, { every: Math.max(70, lengthOf(path) / MOST_ARROWS), size: 4 })) {
      draw(head, { color: edge, weight: 2, lineCap: "butt", lineJoin: "miter" });
    }
    const marks = turns.map((turn) => pixel(turn.at));
    const first = this.#chosen ?? 0;
    const order = [first, ...turns.keys()].filter((n, at) => at === 0 || n !== first);
    for (const at of apart(order.map((n) => marks[n]), APART)) this.#number(order[at]);
  }

  #number(number) {
    const { L } = this;
    const chosen = number === this.#chosen;
    const icon = L.divIcon({
      className: `turn-mark${chosen ? " chosen" : ""}`,
      html: String(number + 1),
      iconSize: [28, 28],
    });
    const [lng, lat] = this.#walk.turns[number].at;
    // The list beside the map is the way for the keyboard.
    L.marker([lat, lng], { icon, keyboard: false, zIndexOffset: chosen ? 1000 : -number })
      .on("click", () => this.#told(number))
      .addTo(this.layer);
  }
}
