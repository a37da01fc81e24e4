// Lamps and service points of the part that is on screen, and the tracks of patrols.
import { get, givenUp, Latest } from "./api.js";
import { dayBefore } from "./series.js";
import { t } from "./words.js";

export const POINTS = {
  lamps: {
    path: "lamps/",
    fromZoom: 16,
    radius: 3.5,
    colour: "lamp",
    line: "lampLine",
    label: ({ properties: p }) => t("point.lamp", { name: p.number || p.osm_id || "" }).trim(),
  },
  service_points: {
    path: "service-points/",
    fromZoom: 14,
    radius: 6,
    colour: "point",
    line: "halo",
    label: ({ properties: p }) => p.name || t(`service.${p.kind}`),
  },
};

/** One layer of points that follows the map. */
export class PointLayer {
  #latest = new Latest();
  #known = null;
  #shown = false;

  constructor(name, map, view, failed) {
    this.name = name;
    this.style = POINTS[name];
    this.map = map;
    this.view = view;
    this.failed = failed;
  }

  async update({ again = false } = {}) {
    const { fromZoom } = this.style;
    if (!this.view.shows(this.name) || this.map.zoom < fromZoom) return this.#clear();
    if (again) this.#known = null;
    const box = this.map.beyond(this.#known);
    if (!box) return undefined;
    try {
      const found = await this.#latest.get(this.style.path, { bbox: box.map((n) => n.toFixed(6)).join() });
      this.#known = box;
      this.#shown = true;
      const { colour, line, radius, label } = this.style;
      const { colours } = this.view;
      this.map.points(this.name, found, { colour: colours[colour], line: colours[line], radius, label });
    } catch (error) {
      if (!givenUp(error) && error.code !== "too_many") this.failed(error);
    }
    return undefined;
  }

  #clear() {
    if (this.#shown) this.map.points(this.name, null, {});
    this.#shown = false;
    this.#known = null;
  }
}

const MOST_TRACKS = 12;

/** The tracks of the newest patrols in the window {days, day}, or of the one that was asked for. */
export async function tracksOf({ days, day }, only = null) {
  if (only) return [await get(`patrols/${only}/track/`)];
  const since = dayBefore(day ?? new Date().toISOString().slice(0, 10), days);
  const found = await get("patrols/", { since, limit: MOST_TRACKS, ...(day && { until: day }) });
  return Promise.all(found.results.map(({ id }) => get(`patrols/${id}/track/`)));
}
