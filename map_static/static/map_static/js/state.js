// What the reader chose: kept in the address, so that reloading or sending it keeps the view.
// Pure except for the address bar at the end; reading and writing run in Node's tests.
import { LAYER_STATE } from "./state_layers.js";
import { readDay, TIME } from "./state_time.js";

/** Keys of features: {usual, read(given) with URLSearchParams, write(state) to ["key=value"]}. */
const EXTRAS = [TIME, LAYER_STATE];

export const WINDOWS = [1, 7, 14, 30, 90];
export const KINDS = [
  "main_road",
  "street",
  "alley",
  "pedestrian",
  "footway",
  "path",
  "steps",
  "cycleway",
  "track",
];
export const LAYERS = [
  "cells",
  "streets",
  "darkness",
  "buildings",
  "lamps",
  "circuits",
  "cases",
  "care",
  "service_points",
  "doors",
  "tracks",
  "coverage",
  "night",
  "overdue",
  "heat",
];
export const USUAL = {
  place: null,
  days: 30,
  layers: ["cells", "streets", "buildings"],
  kinds: KINDS,
  area: null,
  cell: null,
  base: "own",
  /** The day that is looked at, as "2026-11-22"; null is today, whichever day that is. */
  day: null,
  /**
   * The walk to plan: {lon, lat, minutes, back, areas, streets}; lon and lat null: begin where it is
   * best. Of areas (codes) what is overdue is walked, of streets (numbers of segments) all.
   */
  walk: null,
  /** The circuit whose page is open, {id, correct}: correct while it is corrected. */
  circuit: null,
  ...Object.assign({}, ...EXTRAS.map(({ usual }) => usual)),
};
export const MOST_MINUTES = 720;
const MOST_AREAS = 20;
/** So many pieces of street are planned at once. */
export const MOST_STREETS = 200;

const subset = (text, of) => of.filter((item) => text.split(".").includes(item));

/** "24.9435,60.1683,40,back" with "CODE.CODE" or "7.8" to a walk; null where it is none. */
function readWalk(text, within, on) {
  const [lon, lat, minutes, back] = (text ?? "").split(",");
  const walk = {
    lon: lon ? Number(lon) : null,
    lat: lat ? Number(lat) : null,
    minutes: Number(minutes),
    back: back === "back",
    areas: (within ?? "").split(".").filter((code) => /^\d{4,15}$/.test(code)).slice(0, MOST_AREAS),
    streets: (on ?? "").split(".").filter((id) => /^[1-9]\d{0,14}$/.test(id)).slice(0, MOST_STREETS).map(Number),
  };
  const placed = Math.abs(walk.lon ?? NaN) <= 180 && Math.abs(walk.lat ?? NaN) <= 90;
  if (walk.streets.length) walk.areas = [];
  const chosen = walk.areas.length > 0 || walk.streets.length > 0;
  const nowhere = !lon && !lat && chosen && !walk.back;
  const lasts = Number.isInteger(walk.minutes) && walk.minutes >= 1 && walk.minutes <= MOST_MINUTES;
  return lasts && (placed || nowhere) ? walk : null;
}

function writeWalk({ lon, lat, minutes, back, areas, streets }) {
  const place = lon == null ? "," : `${lon.toFixed(5)},${lat.toFixed(5)}`;
  const parts = [`walk=${place},${minutes}${back ? ",back" : ""}`];
  if (areas.length) parts.push(`within=${areas.join(".")}`);
  if (streets?.length) parts.push(`on=${streets.join(".")}`);
  return parts;
}

/** "12" or "12,correct" to a circuit; null where it is none. */
function readCircuit(text) {
  const [, id, correct] = /^([1-9]\d{0,14})(,correct)?$/.exec(text ?? "") ?? [];
  return id ? { id: Number(id), correct: Boolean(correct) } : null;
}

/** "#16.00/60.17/24.94&days=7" to a state; whatever is not valid is as usual. */
export function read(hash) {
  const [place, ...rest] = hash.replace(/^#/, "").split("&");
  const given = new URLSearchParams(rest.join("&"));
  const state = { ...USUAL };
  const numbers = place.split("/").map(Number);
  const [zoom, lat, lng] = numbers;
  if (numbers.length === 3 && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= 0) {
    state.place = { zoom, lat, lng };
  }
  if (WINDOWS.includes(Number(given.get("days")))) state.days = Number(given.get("days"));
  if (given.has("layers")) state.layers = subset(given.get("layers"), LAYERS);
  if (given.has("kinds")) state.kinds = subset(given.get("kinds"), KINDS);
  if (/^\d{4,15}$/.test(given.get("area") ?? "")) state.area = given.get("area");
  if (/^\d{15}$/.test(given.get("cell") ?? "")) state.cell = given.get("cell");
  if (given.get("base")) state.base = given.get("base");
  state.day = readDay(given.get("day"));
  state.walk = readWalk(given.get("walk"), given.get("within"), given.get("on"));
  state.circuit = readCircuit(given.get("circuit"));
  for (const extra of EXTRAS) Object.assign(state, extra.read(given));
  return state;
}

/** A state to the part of the address after the #; only what differs from the usual. */
export function write(state) {
  const parts = [];
  if (state.place) {
    const { zoom, lat, lng } = state.place;
    parts.push(`${Number(zoom.toFixed(2))}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  } else parts.push("");
  if (state.days !== USUAL.days) parts.push(`days=${state.days}`);
  for (const [name, all] of [
    ["layers", LAYERS],
    ["kinds", KINDS],
  ]) {
    const list = all.filter((item) => state[name].includes(item));
    if (list.join() !== USUAL[name].join()) parts.push(`${name}=${list.join(".")}`);
  }
  if (state.area) parts.push(`area=${state.area}`);
  if (state.cell) parts.push(`cell=${state.cell}`);
  if (state.base !== USUAL.base) parts.push(`base=${encodeURIComponent(state.base)}`);
  if (state.day) parts.push(`day=${state.day}`);
  if (state.walk) parts.push(...writeWalk(state.walk));
  if (state.circuit) parts.push(`circuit=${state.circuit.id}${state.circuit.correct ? ",correct" : ""}`);
  for (const extra of EXTRAS) parts.push(...extra.write(state));
  return `#${parts.join("&")}`;
}

/** The page's state: `change` merges, writes the address and tells who listens. */
export class State {
  #listeners = [];

  constructor(hash) {
    this.now = read(hash);
  }

  listen(listener) {
    this.#listeners.push(listener);
  }

  change(part) {
    const before = this.now;
    this.now = { ...before, ...part };
    history.replaceState(null, "", write(this.now));
    for (const listener of this.#listeners) listener(this.now, before);
  }
}
