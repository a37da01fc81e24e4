// What is to be done, on the map: lamps, open cases with the picture of their category, doors with a
// visit due. What is recorded here and not sent yet is there at once.
import { lampMark, markLayer, mostUrgent } from "../marks.js";
import { el, icon } from "../dom.js";
import { casesNow, lampsNow, visitsNow } from "./records_pending.js";
import { categoryOf, named } from "./records_reference.js";
import { isOpen } from "./to_do.js";

const LAMPS_FROM = 16;
const PICTURE = 48;
/** Nearer than so many pixels, two pictures would lie on each other. */
const APART = 40;
const URGENCY = ["overdue", "soon", "today", "open", "later"];

/** Whether a lamp works: true, false, or null where nobody has said. */
export function worksOf({ state, seen }) {
  const said = seen ?? state;
  if (said === "lit" || said === "working") return true;
  if (said === "dark" || said === "faulty") return false;
  return null;
}

/** The doors of each building with a visit still to make: [{building, lon, lat, n, when}]. */
export function doorsOf(visits) {
  const found = new Map();
  for (const visit of visits) {
    if (visit.recorded || visit.lon == null) continue;
    const key = visit.building ?? `${visit.lon},${visit.lat}`;
    const { lon, lat, building, address } = visit;
    const doors = found.get(key) ?? { building, lon, lat, address, overdue: 0, today: 0, later: 0, visits: [] };
    doors[visit.due in doors ? visit.due : "later"] += 1;
    doors.visits.push(visit);
    found.set(key, doors);
  }
  return [...found.values()].map((doors) => ({ ...doors, when: mostUrgent(doors) ?? "later" }));
}

/** How urgent an open case is: "overdue", "soon" or "open". */
export function urgencyOf({ due, due_at: dueAt }, now) {
  if (["overdue", "soon", "open"].includes(due)) return due;
  return dueAt && Date.parse(dueAt) < now ? "overdue" : "open";
}

/**
 * Things in groups of those that lie within some pixels of the most urgent of them, which comes first
 * in its group; `at(thing)` is its place in pixels.
 */
export function together(things, at, apart = APART) {
  const rank = ({ urgency }) => URGENCY.indexOf(urgency);
  const groups = [];
  for (const thing of [...things].sort((a, b) => rank(a) - rank(b))) {
    const { x, y } = at(thing);
    const near = groups.find((group) => Math.abs(group.x - x) < apart && Math.abs(group.y - y) < apart);
    if (near) near.things.push(thing);
    else groups.push({ x, y, things: [thing] });
  }
  return groups.map((group) => group.things);
}

export class Marks {
  /** `field` is the FieldMap. */
  constructor(L, map, field) {
    this.L = L;
    this.map = map;
    this.field = field;
    this.Mark = markLayer(L);
    map.createPane("lamps").style.zIndex = 420;
    // A finger that comes within half a target of a lamp means it.
    this.renderer = L.canvas({ pane: "lamps", padding: 0.2, tolerance: 18 });
    this.lamps = L.layerGroup();
    this.pictures = L.layerGroup().addTo(map);
    this.lampMarks = new Map();
    this.cases = [];
    this.doors = [];
    map.on("moveend", () => this.#inView());
  }

  /** Everything anew, after records, colours or the ground changed. */
  draw() {
    const { data } = this.field.app;
    const operations = data.operations();
    this.cases = casesNow(data.cases(), operations).filter((one) => isOpen(one) && one.lon != null);
    this.doors = doorsOf(visitsNow(data.visits(), operations));
    this.#drawLamps(lampsNow(this.#allLamps(), operations));
    this.drawn = null;
    this.#drawPictures();
  }

  /** Several changes that come together are drawn once. */
  drawSoon() {
    this.soon ??= requestAnimationFrame(() => {
      this.soon = null;
      this.draw();
    });
  }

  /** Those of the packages, with what is known since. */
  #allLamps() {
    const { app, ground } = this.field;
    const known = new Map(ground.lamps);
    for (const lamp of app.data.lamps()) known.set(lamp.id, { ...known.get(lamp.id), ...lamp });
    return [...known.values()].filter(({ lon }) => lon != null);
  }

  #drawLamps(lamps) {
    const { colours } = this.field;
    const gone = new Set(this.lampMarks.keys());
    for (const lamp of lamps) {
      gone.delete(lamp.id);
      const { shape, radius, fill, line, weight } = lampMark(worksOf(lamp), colours);
      const style = { shape, radius: radius + 2, weight, color: line, fillColor: fill, fillOpacity: 1 };
      const key = JSON.stringify([style, lamp.lon, lamp.lat]);
      const before = this.lampMarks.get(lamp.id);
      if (before?.key === key) continue;
      if (before) this.lamps.removeLayer(before.mark);
      const options = { ...style, renderer: this.renderer, bubblingMouseEvents: false };
      const mark = new this.Mark([lamp.lat, lamp.lon], options);
      mark.on("click", () => this.#lamp(lamp));
      this.lamps.addLayer(mark);
      this.lampMarks.set(lamp.id, { key, mark });
    }
    for (const id of gone) {
      this.lamps.removeLayer(this.lampMarks.get(id).mark);
      this.lampMarks.delete(id);
    }
    this.#showLamps();
  }

  #showLamps() {
    const near = this.map.getZoom() >= LAMPS_FROM;
    if (near !== this.map.hasLayer(this.lamps)) {
      if (near) this.lamps.addTo(this.map);
      else this.lamps.remove();
    }
  }

  #inView() {
    this.#showLamps();
    this.#drawPictures();
  }

  /** The pictures of what is on screen; those that would lie on each other are one, with a number. */
  #drawPictures() {
    const [west, south, east, north] = this.field.view();
    const seen = ({ lon, lat }) => lon >= west && lon <= east && lat >= south && lat <= north;
    const things = [
      ...this.doors.map((doors) => ({ lon: doors.lon, lat: doors.lat, urgency: doors.when, doors })),
      ...this.cases.map((record) => this.#thing(record)),
    ].filter(seen);
    const zoom = this.map.getZoom();
    const at = ({ lon, lat }) => this.map.project([lat, lon], zoom);
    const groups = together(things, at);
    const key = JSON.stringify(groups.map((group) => group.map(({ lon, lat, doors, record }) =>
      [lon, lat, doors?.visits.length, doors?.when, record?.id, record?.version, record?.pending, record?.state])));
    if (key === this.drawn) return;
    this.drawn = key;
    this.pictures.clearLayers();
    for (const group of groups) this.#group(group).addTo(this.pictures);
  }

  #thing(record) {
    const { lon, lat } = record;
    return { lon, lat, urgency: urgencyOf(record, this.field.app.now()), record };
  }

  #group(group) {
    if (group.length === 1) return group[0].doors ? this.#door(group[0].doors) : this.#case(group[0].record);
    const [first] = group;
    const name = this.field.app.words("field.map.things_here", { n: group.length });
    const inner = [this.#symbol(first), el("span", { class: "mark-number" }, String(group.length))];
    const className = `${first.doors ? "door-mark" : "case-mark"} ${first.urgency}`;
    return this.#picture(first, className, inner, name, () => this.field.apart(group));
  }

  #symbol({ doors, record }) {
    if (doors) return icon("person");
    const picture = categoryOf(this.field.app.data.reference(), record.category)?.icon;
    return icon(picture ? `category-${picture}` : "flag");
  }

  #case(record) {
    const { app } = this.field;
    const { language } = app.settings;
    const category = categoryOf(app.data.reference(), record.category);
    const urgency = urgencyOf(record, app.now());
    const name = named(category?.name, language) || record.category;
    const kinds = `case-mark ${urgency}${record.pending ? " pending" : ""}`;
    const open = () => {
      if (record.id === null) app.notice(app.words("field.walk.case_not_sent"));
      else this.field.opened("case_view", { case: record.id });
    };
    return this.#picture(record, kinds, this.#symbol({ record }), name, open);
  }

  #door(doors) {
    const { app } = this.field;
    const n = doors.visits.length;
    const name = `${doors.address ?? ""} · ${app.words("field.walk.visits_due", { n })}`;
    const inner = [icon("person"), n > 1 && el("span", { class: "mark-number" }, String(n))];
    const open = () => {
      if (n === 1) this.field.opened("visit", { visit: doors.visits[0].id });
      else this.field.opened("visits", { building: doors.building });
    };
    return this.#picture(doors, `door-mark ${doors.when}`, inner, name, open);
  }

  #picture({ lon, lat }, className, inner, name, open) {
    const html = el("span", { class: `map-mark ${className}` }, ...[inner].flat().filter(Boolean));
    const divIcon = this.L.divIcon({ className: "map-target", html, iconSize: [PICTURE, PICTURE] });
    const mark = this.L.marker([lat, lon], { icon: divIcon, title: name, alt: name, riseOnHover: true });
    mark.on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      if (this.field.picker.picking) this.field.picker.put({ lon, lat });
      else open();
    });
    // Leaflet gives the role of a button; its name must be there for readers of the screen.
    mark.on("add", () => mark.getElement()?.setAttribute("aria-label", name));
    return mark;
  }

  #lamp({ id, lon, lat }) {
    const { picker } = this.field;
    if (picker.picking) picker.put({ lon, lat }, id);
    else this.field.opened("lamp", { lamp: id });
  }
}
