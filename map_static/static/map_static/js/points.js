// Lamps, cases and service points of the part that is on screen, and the tracks of patrols.
import { get, givenUp, Latest } from "./api.js";
import { Clusters, CROWD, within } from "./clusters.js";
import { caseMark, caseStateMark, clusterMark, doorMark, lampMark, mostUrgent } from "./marks.js";
import { gone, notice } from "./notices.js";
import { NAMED_FROM, names } from "./point_labels.js";
import { dayBefore } from "./series.js";
import { CASE_STATES, ENDED } from "./state_layers.js";
import { count, t } from "./words.js";

/**
 * `asks(view)` gives the questions, each an object of parameters; `read` makes features of an
 * answer that is none; `mark` and `label` of a feature: see CityMap.points; `name` is what is
 * written beside it where there is room.
 */
export const POINTS = {
  lamps: {
    path: "lamps/",
    fromZoom: 16,
    mark: ({ properties: p }, colours) => lampMark(p.working, colours),
    name: ({ properties: p }) => p.number || "",
    label: ({ properties: p }) => t("point.lamp", { name: p.number || p.osm_id || "" }).trim(),
  },
  cases: {
    path: "cases/map/",
    asks: askedCases,
    fromZoom: 10,
    read: caseFeatures,
    mark: ({ properties: p }, colours, { states } = {}) =>
      states ? caseStateMark(shownState(p.state), colours) : caseMark(p.due ?? "open", p.topic, colours),
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

const asIs = ({ features }) => features;
const once = () => [{}];

/** What is asked of cases: open ones, or those of some states, ended ones only of the time. */
export function askedCases({ states, window }) {
  if (!states) return [{ state: "open" }];
  const asked = (chosen) => chosen.flatMap((state) => CASE_STATES[state]).join();
  const going = asked(states.filter((state) => !ENDED.includes(state)));
  const ended = asked(states.filter((state) => ENDED.includes(state)));
  const last = window.day ?? new Date().toISOString().slice(0, 10);
  return [
    ...(going ? [{ state: going }] : []),
    ...(ended ? [{ state: ended, since: dayBefore(last, window.days - 1) }] : []),
  ];
}

const shownState = (state) =>
  Object.keys(CASE_STATES).find((shown) => CASE_STATES[shown].includes(state)) ?? "declined";

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
  #latest = [];
  /** Counts what was asked: what an earlier question found is not drawn. */
  #turn = 0;
  #known = null;
  #past = null;
  #shown = false;
  #features = [];
  #clusters = null;
  #drawn = null;

  /**
   * `open` is told a feature that was clicked; without it a click means the place. `drew` is told
   * when other points than before may be on the screen.
   */
  constructor(name, map, view, { failed, open = null, drew = () => {} }) {
    this.name = name;
    this.map = map;
    this.view = view;
    this.failed = failed;
    this.open = open;
    this.drew = drew;
  }

  /** Points of another time: `ask` is told a box and promises features; null is back to now. */
  past(ask) {
    this.#past = ask;
    return this.update({ again: true });
  }

  async update({ again = false } = {}) {
    const { fromZoom, asks = once } = POINTS[this.name];
    if (!this.view.shows(this.name) || this.map.zoom < fromZoom) return this.#clear();
    if (again) this.#known = null;
    const box = this.map.beyond(this.#known);
    // An answer for where the map was meanwhile would leave this part empty.
    this.#stop();
    if (!box) return this.#draw();
    const turn = this.#turn;
    try {
      const features = await this.#ask(asks(this.view), box);
      const clusters = features.length > CROWD ? await Clusters.of(features) : null;
      // Switched off, or asked anew, while it was under way.
      if (turn !== this.#turn || !this.view.shows(this.name)) return undefined;
      this.#known = box;
      this.#features = features;
      this.#clusters = clusters;
      this.#shown = true;
      gone(this.name);
      this.#draw({ again: true });
    } catch (error) {
      if (turn !== this.#turn) return undefined;
      if (error.code === "too_many") this.#refuse();
      else if (!givenUp(error)) this.failed(error);
    }
    return undefined;
  }

  /** The answers of all questions as one list of features. */
  async #ask(questions, box) {
    const { path, read = asIs } = POINTS[this.name];
    const bbox = box.map((n) => n.toFixed(6)).join();
    if (this.#past) return this.#past(bbox);
    this.#latest = questions.map(() => new Latest());
    const answers = await Promise.all(
      questions.map((asked, nth) => this.#latest[nth].get(path, { ...asked, bbox })),
    );
    return answers.flatMap(read);
  }

  /** Draw what is here in other colours, or more or less opaque. */
  redraw() {
    this.#draw({ again: true });
  }

  /** The points that are on the screen now. */
  inSight() {
    return this.#shown ? within(this.#features, this.map.bounds()) : [];
  }

  /** Draw what is known; points that are clustered are drawn anew where another zoom was chosen. */
  #draw({ again = false } = {}) {
    if (!this.#shown) return;
    const crowd = this.#clusters && this.inSight().length > CROWD;
    const zoomed = crowd || (POINTS[this.name].name && this.map.zoom >= NAMED_FROM);
    const drawn = zoomed ? this.map.zoom : "each";
    if (again || drawn !== this.#drawn) {
      this.#drawn = drawn;
      const features = crowd ? this.#clusters.at(this.#known, this.map.zoom) : this.#features;
      const looks = this.#looks(crowd ? new Map() : this.#names());
      this.map.points(this.name, { type: "FeatureCollection", features }, looks);
    }
    this.drew();
  }

  /** What is written beside which feature. */
  #names() {
    const { name } = POINTS[this.name];
    if (!name || this.map.zoom < NAMED_FROM) return new Map();
    const { zoom } = this.map;
    const found = names(this.#features, { zoom, name, taken: (box) => this.map.isLabelled(box) });
    return new Map([...found].map(([nth, words]) => [this.#features[nth], words]));
  }

  #looks(named) {
    const { mark, label } = POINTS[this.name];
    const { colours } = this.view;
    const written = { ink: colours.text, rim: colours.halo };
    const drawn = (feature) => ({ ...mark(feature, colours, this.view), beside: named.get(feature), ...written });
    return {
      mark: (feature) =>
        feature.properties.cluster
          ? clusterMark(feature.properties.point_count, colours)
          : drawn(feature),
      label: (feature) =>
        feature.properties.cluster
          ? t("point.cluster", { n: feature.properties.point_count, layer: t(`layer.${this.name}`) })
          : label(feature),
      open: this.#opens(),
      opacity: this.view.alpha(this.name),
    };
  }

  /** Who is told of a click: a cluster falls apart, a point opens. */
  #opens() {
    if (!this.open && !this.#clusters) return null;
    return (feature) => {
      if (!feature.properties.cluster) return this.open?.(feature);
      const [lon, lat] = feature.geometry.coordinates;
      return this.map.goTo({ lon, lat }, this.#clusters.apart(feature.properties.cluster_id));
    };
  }

  /** Some of them would look like all: none, and why. */
  #refuse() {
    this.#clear();
    notice(this.name, t("point.too_many"));
  }

  #stop() {
    this.#turn += 1;
    for (const latest of this.#latest) latest.stop();
  }

  #clear() {
    this.#stop();
    gone(this.name);
    if (this.#shown) {
      this.map.points(this.name, null);
      this.#shown = false;
      this.drew();
    }
    this.#known = null;
    this.#features = [];
    this.#clusters = null;
  }
}

const MOST_TRACKS = 40;
const AT_ONCE = 4;

/**
 * The tracks of the newest patrols in the window {days, day} that the reader may see, or of the one
 * that was asked for: {tracks, all}, `all` being how many patrols there were.
 */
export async function tracksOf({ days, day }, only = null) {
  if (only) return { tracks: [await get(`patrols/${only}/track/`)], all: 1 };
  const since = dayBefore(day ?? new Date().toISOString().slice(0, 10), days);
  const found = await get("patrols/", { since, limit: MOST_TRACKS, ...(day && { until: day }) });
  const waiting = [...found.results];
  const tracks = [];
  const one = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) tracks.push(await get(`patrols/${next.id}/track/`));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return { tracks, all: found.count };
}
