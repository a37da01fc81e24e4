// The metres walked, green, on top of the streets. Each second only the segments that changed are
// drawn anew. Where nothing was recorded nothing is drawn.
import { part } from "./ground_index.js";
import { widthOf } from "../street_width.js";
import { union } from "./intervals.js";

/** From the square of web maps back to [latitude, longitude]. */
function latLng(x, y) {
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return [lat, (x - 0.5) * 360];
}

/** Per segment what was walked, as a text that differs when it does: Map id → [[from, to] dm, …]. */
export function bySegment(stretches) {
  const found = new Map();
  for (const [id, start, end] of stretches) {
    const list = found.get(id);
    if (list) list.push([start, end]);
    else found.set(id, [[start, end]]);
  }
  for (const [id, list] of found) found.set(id, union(list));
  return found;
}

export class WalkLayer {
  #drawn = new Map();
  #stretches = [];

  /** `field` gives scene and colours. */
  constructor(L, map, field) {
    this.L = L;
    this.map = map;
    this.field = field;
    map.createPane("walked").style.zIndex = 410;
    this.renderer = L.canvas({ padding: 0.3, pane: "walked" });
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.again());
  }

  /** Stretches [[segment id, start dm, end dm, …]]; [] takes all away. */
  show(stretches) {
    this.#stretches = stretches;
    const walked = bySegment(stretches);
    for (const [id, { lines }] of this.#drawn) {
      if (walked.has(id)) continue;
      for (const line of lines) line.remove();
      this.#drawn.delete(id);
    }
    for (const [id, list] of walked) this.#segment(id, list);
  }

  /** Everything anew: another zoom, other colours, another ground. */
  again() {
    this.layer.clearLayers();
    this.#drawn.clear();
    this.show(this.#stretches);
  }

  #segment(id, list) {
    const segment = this.field.scene?.byId.get(id);
    const key = list.join(";");
    const before = this.#drawn.get(id);
    if (!segment || before?.key === key) return;
    for (const line of before?.lines ?? []) this.layer.removeLayer(line);
    const weight = widthOf(this.map.getZoom(), segment.kind) + 3;
    const { walk, walkLine } = this.field.colours;
    const base = { renderer: this.renderer, interactive: false, lineCap: "butt", smoothFactor: 0 };
    const lines = list.flatMap(([start, end]) => {
      const flat = part(segment.flat, start / segment.dm, end / segment.dm);
      const path = Array.from({ length: flat.length / 2 }, (_, i) => latLng(flat[2 * i], flat[2 * i + 1]));
      return [
        this.L.polyline(path, { ...base, color: walkLine, weight: weight + 3 }),
        this.L.polyline(path, { ...base, color: walk, weight }),
      ];
    });
    for (const line of lines) this.layer.addLayer(line);
    this.#drawn.set(id, { key, lines });
  }
}
