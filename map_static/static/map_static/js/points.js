// Lamps, cases and service points of the part that is on screen, and the tracks of patrols.
import { get, givenUp, Latest } from "./api.js";
import { caseMark, doorMark, lampMark, mostUrgent } from "./marks.js";
import { gone, notice } from "./notices.js";
import { dayBefore } from "./series.js";
import { count, t } from "./words.js";

/** `read` makes features of an answer that is none; `mark` and `label` of a feature: see CityMap.points. */
export const POINTS = {
  lamps: {
    path: "lamps/",
    fromZoom: 16,
    mark: ({ properties: p }, colours) => lampMark(p.working, colours),
    label: ({ properties: p }) => t("point.lamp", { name: p.number || p.osm_id || "" }).trim(),
  },
  cases: {
    path: "cases/map/",
    asked: { state: "open" },
    fromZoom: 10,
    read: caseFeatures,
    mark: ({ properties: p }, colours) => caseMark(p.due ?? "open", p.topic, colours),
    label: ({ id, properties: p }) => `#${id} ${p.name}`,
  },
  service_points: {
    path: "service-points/",
    fromZoom: 14,
    mark: (_feature, { point, halo }) => ({ shape: "disc", radius: 6, fill: point, line: halo, weight: 1 }),
    label: ({ properties: p }) => p.name || t(`service.${p.kind}`),
  },
  doors: {
    path: "care/doors/",
    fromZoom: 14,
    mark: ({ properties: p }, colours) => doorMark(mostUrgent(p), colours),
    label: ({ properties: p }) => count("door.number", p.overdue + p.today + p.later),
  },
};

const asIs = (found) => found;

/** The rows of cases/map/ as features with the name and topic of their category. */
export function caseFeatures({ fields, cases, categories }) {
  const of = Object.fromEntries(fields.map((name, nth) => [name, nth]));
  return cases.map((row) => ({
    type: "Feature",
    id: row[of.id],
    geometry: { type: "Point", coordinates: [row[of.lon], row[of.lat]] },
    properties: { state: row[of.state], due: row[of.due], ...categories[row[of.category]] },
  }));
}

/** One layer of points that follows the map. */
export class PointLayer {
  #latest = new Latest();
  #known = null;
  #shown = false;

  /** `open` is told a feature that was clicked; without it a click means the place. */
  constructor(name, map, view, { failed, open = null }) {
    this.name = name;
    this.map = map;
    this.view = view;
    this.failed = failed;
    this.open = open;
  }

  async update({ again = false } = {}) {
    const { path, fromZoom, asked, read = asIs, mark, label } = POINTS[this.name];
    if (!this.view.shows(this.name) || this.map.zoom < fromZoom) return this.#clear();
    if (again) this.#known = null;
    const box = this.map.beyond(this.#known);
    if (!box) return undefined;
    try {
      const bbox = box.map((n) => n.toFixed(6)).join();
      const found = await this.#latest.get(path, { ...asked, bbox });
      // Switched off while it was under way.
      if (!this.view.shows(this.name)) return undefined;
      this.#known = box;
      this.#shown = true;
      gone(this.name);
      const drawn = (feature) => mark(feature, this.view.colours);
      this.map.points(this.name, read(found), { mark: drawn, label, open: this.open });
    } catch (error) {
      if (error.code === "too_many") this.#refuse();
      else if (!givenUp(error)) this.failed(error);
    }
    return undefined;
  }

  /** Some of them would look like all: none, and why. */
  #refuse() {
    this.#clear();
    notice(this.name, t("point.too_many"));
  }

  #clear() {
    this.#latest.stop();
    gone(this.name);
    if (this.#shown) this.map.points(this.name, null);
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
