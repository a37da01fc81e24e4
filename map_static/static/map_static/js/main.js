// Puts the page together: state, map, panel, card.
import { get, givenUp, Latest } from "./api.js";
import * as card from "./card.js";
import { CareLayer } from "./care_layer.js";
import { CircuitList } from "./circuit_list.js";
import { Circuits } from "./circuits.js";
import { startFilters, startLanguage, startTime } from "./controls.js";
import { covered } from "./covered.js";
import { byId } from "./dom.js";
import { DoorCard } from "./door_card.js";
import { Features } from "./features.js";
import { Feed } from "./feed.js";
import { Figures, windowOf } from "./figures.js";
import { LampCard } from "./lamp_card.js";
import { isOffered, startLayers } from "./layer_list.js";
import { legendWord, showLegend } from "./legend.js";
import { Light } from "./light.js";
import { startLook } from "./look.js";
import { CityMap } from "./map.js";
import { explain, gone, notice, tell } from "./notices.js";
import { showFailed, showLoading } from "./panel.js";
import { page } from "./page.js";
import * as pages from "./pages.js";
import { CaseCard, showStretch } from "./place_cards.js";
import { POINTS, PointLayer, tracksOf } from "./points.js";
import { startPopovers } from "./popovers.js";
import { startSheet } from "./sheet.js";
import { State } from "./state.js";
import { View } from "./view.js";
import { WalkPlanner } from "./walk.js";
import { amount, days, t } from "./words.js";

/** After how many seconds what is shown is asked for again; a full layer of points weighs megabytes. */
const REFRESH = 60;
const REFRESH_POINTS = 300;
const ROOM_FOR_LEGEND = matchMedia("(min-width: 700px)");
const state = new State(location.hash);
const view = new View();
let start = null;
let track = null;
/** A walk was asked for before the page knew where it is. */
let walkWanted = false;

view.take(state.now);
const map = new CityMap(
  byId("map"),
  view,
  {
    click: (place) =>
      features.took(place) || circuits.took() || planner.took(place) || ask(place),
    press: (place) => start && planner.open({ place }),
    move: (place) => {
      state.change({ place });
      features.tell("moved", place);
      for (const layer of pointLayers) layer.update();
      circuits.update();
    },
    tileError,
    busy: (on) => {
      byId("progress").hidden = !on;
    },
  },
  { zoomIn: t("map.zoom_in"), zoomOut: t("map.zoom_out"), contributors: t("map.contributors") },
  covered,
);
const lampCard = new LampCard(map, {
  close: closeCard,
  changed: () => {
    for (const layer of pointLayers) if (layer.name === "lamps") layer.update({ again: true });
    light.again();
  },
  circuit: (id) => {
    lampCard.leave();
    circuits.choose(id);
  },
});
const caseCard = new CaseCard(closeCard);
const doorCard = new DoorCard({
  close: closeCard,
  changed: () => {
    for (const layer of pointLayers) if (layer.name === "doors") layer.update({ again: true });
  },
});
const circuits = new Circuits(state, view, map, {
  shown: raised,
  changed: () => {
    circuitList.update({ again: true });
    for (const layer of pointLayers) if (layer.name === "lamps") layer.update({ again: true });
  },
});
const circuitList = new CircuitList(view, {
  codes: () => figures.codes,
  choose: (id) => circuits.choose(id),
});
const opened = {
  lamps: (lamp) => shown(lamp, () => lampCard.open(lamp)),
  cases: (found) => openBesideLamps(found, caseCard),
  doors: (found) => openBesideLamps(found, doorCard),
};
const pointLayers = Object.keys(POINTS).filter(isOffered).map(
  (name) =>
    new PointLayer(name, map, view, {
      failed: (e) => tell(e, refresh),
      open: opened[name],
      drew: () => features.tell("drew"),
    }),
);
const feed = new Feed("freshness/", windowOf(state.now), {
  got: (code, answer) => {
    view.setFreshness(code, answer);
    map.redraw();
  },
  stale: () => map.redraw(),
  failed: (error) => tell(error, () => feed.again()),
});
view.want = (code) => feed.want(code);
const figures = new Figures(state, {
  choose,
  tick: (code, on) => features.tell("ticked", "cells", code, on),
  moved: (bounds) => map.fit(bounds),
  learned: (cells) => {
    if (view.learn(cells)) map.redraw({ names: true });
    planner.learned();
  },
});
const light = new Light(state, view, map, { codes: () => figures.codes, choose: chooseStretch });
const care = new CareLayer(state, view, map, () => figures.areas);
const planner = new WalkPlanner(state, map, {
  figures: () => (state.now.day ? [] : figures.cells),
  shown: raised,
});
const sheet = startSheet(byId("panel"), byId("grip"));
/** What a feature in a module of its own gets; see features.js. */
const features = new Features({
  ...{ state, view, map, figures, feed, light, care, circuits, planner, sheet, lampCard },
  /** The answer of /api/v1/start/, null before it came. */
  start: () => start,
  pointLayers: () => pointLayers,
  /** Opens the card of a feature of a layer: "lamps", "cases" or "doors". */
  open: (layer, feature) => opened[layer](feature),
  /** Tells the other features; see features.js. */
  tell: (...told) => features.tell(...told),
  ...{ ask, choose, closeCard, leaveCards, raised, refresh },
});

startPopovers();
startLanguage();
startTime(state);
startLayers(state);
startFilters(state);
startLook(byId("themes"), () => {
  view.recolour();
  showLegend(state.now, view.greys);
  map.recolour();
  for (const layer of pointLayers) layer.update({ again: true });
  features.tell("recoloured");
});
for (const button of document.querySelectorAll(".plan-walk")) {
  button.addEventListener("click", () => {
    if (start) planner.open();
    else walkWanted = true;
  });
}
byId("legend").open = ROOM_FOR_LEGEND.matches;
state.listen(changed);
begin();

/** A page of the panel was opened. */
function raised() {
  leaveCards();
  map.point(null);
  if (sheet.lowered()) sheet.set("middle");
}

async function begin() {
  if (start) return;
  showLoading();
  let answer;
  try {
    answer = await get("start/");
  } catch (error) {
    if (start) return;
    showFailed(explain(error), begin);
    tell(error, begin);
    return;
  }
  // It can be tried again in two places, and is begun once.
  if (start) return;
  start = answer;
  gone("request");
  feed.setWindow(windowOf(state.now));
  view.focus(start.own, start.everywhere);
  byId("simulated").hidden = !start.simulated;
  showLegend(state.now, view.greys);
  setBase();
  figures.begin(start);
  features.tell("known");
  const { place } = state.now;
  map.begin(place, figures.bounds());
  feed.start(REFRESH);
  light.start();
  care.start();
  setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH_POINTS * 1000);
  planner.resume();
  circuits.resume({ fit: !place });
  if (walkWanted) planner.open();
  circuitList.update();
  updateTracks();
  features.tell("begin", start);
}

/** A cell from the list: go there and show its figures. */
function choose(cell) {
  state.change({ cell: cell.code });
  map.point(null);
  leaveCards();
  latestArea
    .get(`areas/${cell.code}/`)
    .then((area) => map.fit(boxOf(area.geometry)))
    .catch((error) => !givenUp(error) && tell(error, () => choose(cell)));
  card.showCell(cell, state.now, closeCard, () => planner.open({ areas: [cell.code] }));
}

function boxOf(geometry) {
  const flat = geometry.coordinates.flat(3);
  const xs = flat.filter((_n, i) => i % 2 === 0);
  const ys = flat.filter((_n, i) => i % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A dark stretch from the list: go there, and offer a walk. */
function chooseStretch(row) {
  leaveCards();
  map.fitLine(row.line);
  map.point(null, row.line);
  showStretch(row, closeCard, (place) => planner.open({ place }));
}

/** A point of a layer was clicked: open its card, unless a walk's start is being chosen. */
function shown({ geometry }, open) {
  const [lon, lat] = geometry.coordinates;
  if (features.took({ lon, lat }) || planner.took({ lon, lat })) return;
  latestHere.stop();
  latestArea.stop();
  caseCard.leave();
  doorCard.leave();
  map.ring({ lon, lat });
  if (sheet.lowered()) sheet.set("middle");
  open();
}

function openBesideLamps(found, opening) {
  shown(found, () => {
    lampCard.leave();
    opening.open(found);
  });
}

/** What the cards still wait for comes too late; what a lamp's drew goes. */
function leaveCards() {
  latestHere.stop();
  latestArea.stop();
  lampCard.leave();
  caseCard.leave();
  doorCard.leave();
}

function closeCard() {
  leaveCards();
  pages.closeCard();
  map.point(null);
  state.change({ cell: null });
  figures.mark(null);
}

const latestHere = new Latest();
const latestArea = new Latest();

/** A click on the map: who is responsible here, and when was this street walked? */
async function ask(place) {
  if (!start) return;
  leaveCards();
  map.point(place);
  const waiting = setTimeout(() => card.showWaiting(closeCard), 150);
  if (sheet.lowered()) sheet.set("middle");
  try {
    const { now } = state;
    const at = { lon: place.lon.toFixed(7), lat: place.lat.toFixed(7) };
    const answer = await latestHere.get("here/", { ...at, ...windowOf(now) });
    map.point(place, answer.street?.line);
    const acts = { showTrack, planWalk: () => planner.open({ place }), place };
    card.showHere(answer, now, cardLook(now), closeCard, acts);
  } catch (error) {
    if (givenUp(error)) return;
    card.showProblem(explain(error), closeCard, () => ask(place));
  } finally {
    clearTimeout(waiting);
  }
}

function cardLook(window) {
  return {
    stretches: ({ id, kind, community, length_dm: lengthDm }) =>
      view.freshness({ id, kind, community_code: community, end_dm: lengthDm }),
    colour: (cls) => view.colours.freshness[cls],
    label: (cls) => legendWord(cls, window),
  };
}

/** Counts the questions about tracks, each of which is many: an earlier one is not drawn. */
let tracksAsked = 0;

/** One patrol's track, until another is asked for or the layer is switched off. */
function showTrack(patrol) {
  track = patrol.id;
  if (state.now.layers.includes("tracks")) updateTracks();
  else {
    const layers = [...state.now.layers, "tracks"];
    state.change({ layers });
  }
}

async function updateTracks() {
  const turn = (tracksAsked += 1);
  if (!view.shows("tracks")) {
    track = null;
    map.tracks([], "");
    return;
  }
  try {
    const { tracks, all } = await tracksOf(state.now, track);
    if (turn !== tracksAsked) return;
    map.tracks(tracks, view.colours.track, view.alpha("tracks"));
    gone("tracks");
    if (!all) notice("tracks", t("tracks.none", { days: days(state.now.days) }));
    else if (all > tracks.length) notice("tracks", t("tracks.newest", { n: amount(tracks.length), all: amount(all) }));
  } catch (error) {
    if (turn === tracksAsked) tell(error, updateTracks);
  }
}

function setBase() {
  map.setBase(pageBase(state.now.base));
}

function pageBase(name) {
  return page.baseMaps.find((base) => base.name === name) ?? null;
}

/** The reader changed something. */
function changed(now, before) {
  view.take(now);
  // Before the first answer there is nothing to change; it is then loaded by what is chosen.
  if (!start) return;
  const differs = (key) => String(now[key]) !== String(before[key]);
  if (["layers", "kinds", "base", "cell"].some(differs)) map.redraw({ names: differs("layers") });
  if (differs("base")) setBase();
  if (differs("days") || differs("day")) {
    feed.setWindow(windowOf(now));
    light.setWindow();
    care.setWindow();
    updateTracks();
  }
  if (["days", "day", "layers", "states"].some(differs)) showLegend(now, view.greys);
  if (["layers", "area"].some(differs)) {
    light.show();
    care.show();
    circuitList.update();
  }
  if (["days", "day", "area"].some(differs)) figures.load();
  if (differs("layers")) {
    for (const layer of pointLayers) layer.update();
    circuits.update();
    updateTracks();
  }
  features.tell("changed", now, before);
}

function refresh() {
  for (const layer of pointLayers) layer.update({ again: true });
}

function tileError(status) {
  if (status === 401 || status === 403) tell({ code: "sign_in_required" });
  else {
    notice("tiles", t("state.tiles_failed"), { label: t("state.retry"), act: () => map.retry() });
  }
}

// An address that was sent and is opened where the map is already open.
window.addEventListener("hashchange", () => location.reload());
document.querySelector(".skip").addEventListener("click", (event) => {
  // Followed as a link, it would put its own name where the address keeps the view.
  event.preventDefault();
  byId("panel").focus();
});

window.addEventListener("online", () => {
  gone("request");
  gone("tiles");
  map.retry();
  feed.again();
  light.again();
  care.feed.again();
  refresh();
  if (start) figures.load();
});
