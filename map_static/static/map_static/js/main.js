// Puts the page together: state, map, panel, card.
import { get, givenUp, Latest } from "./api.js";
import * as card from "./card.js";
import { legendWord, showLegend, startLayers, startPopovers, startTime } from "./controls.js";
import { byId, el } from "./dom.js";
import { FreshnessFeed } from "./feed.js";
import { startLook } from "./look.js";
import { CityMap } from "./map.js";
import { explain, gone, notice, tell } from "./notices.js";
import * as panel from "./panel.js";
import { page } from "./page.js";
import { POINTS, PointLayer, tracksOf } from "./points.js";
import { startSheet } from "./sheet.js";
import { State } from "./state.js";
import { View } from "./view.js";
import { days, t } from "./words.js";

const OFFICE = matchMedia("(min-width: 1200px)");
const ROOM_FOR_LEGEND = matchMedia("(min-width: 700px)");
const MINE = "mine";
const state = new State(location.hash);
const view = new View();
let start = null;
let figures = null;
let track = null;

view.take(state.now);
const map = new CityMap(
  byId("map"),
  view,
  {
    click: ask,
    move: (place) => {
      state.change({ place });
      for (const layer of pointLayers) layer.update();
    },
    tileError,
    busy: (on) => {
      byId("progress").hidden = !on;
    },
  },
  { zoomIn: t("map.zoom_in"), zoomOut: t("map.zoom_out"), contributors: t("map.contributors") },
);
const pointLayers = Object.keys(POINTS).map((name) => new PointLayer(name, map, view, (e) => tell(e, refresh)));
const feed = new FreshnessFeed(state.now.days, {
  got: (code, answer) => {
    view.setFreshness(code, answer);
    map.redraw();
  },
  stale: () => map.redraw(),
  failed: (error) => tell(error, () => feed.again()),
});
view.want = (code) => feed.want(code);

const sheet = startSheet(byId("panel"), byId("grip"), fitPadding);
startPopovers();
startTime(state);
startLayers(state);
startLook(byId("themes"), () => {
  view.recolour();
  showLegend(state.now.days, view.greys);
  map.redraw({ names: true });
  for (const layer of pointLayers) layer.update({ again: true });
});
OFFICE.addEventListener("change", fitPadding);
byId("legend").open = ROOM_FOR_LEGEND.matches;
state.listen(changed);
fitPadding();
begin();

/** How much of the map the panel covers, for zooming to a place that stays in sight. */
function fitPadding() {
  const { width, height } = byId("panel").getBoundingClientRect();
  const most = window.innerHeight * 0.6;
  map.hides(OFFICE.matches ? { left: width } : { bottom: Math.min(height, most) });
}

async function begin() {
  panel.showLoading();
  try {
    start = await get("start/");
  } catch (error) {
    panel.showFailed(explain(error), begin);
    tell(error, begin);
    return;
  }
  feed.setDays(state.now.days);
  view.focus(start.own, start.everywhere);
  byId("simulated").hidden = !start.simulated;
  showLegend(state.now.days, view.greys);
  setBase();
  map.begin(state.now.place, chosenBounds());
  showAreas();
  feed.start();
  loadFigures();
  updateTracks();
}

/** The areas that the reader covers, to choose from where there are several. */
function areaChoices() {
  const cells = start.areas.filter(({ level }) => level === 15);
  const choices = start.areas.map(({ code, name, level }) => ({ value: code, label: `${name} · ${t(`level.${level}`)}` }));
  const onlyCells = cells.length === start.areas.length;
  if (onlyCells && cells.length > 1) choices.unshift({ value: MINE, label: t("area.mine") });
  return choices;
}

function chosenArea() {
  const choices = areaChoices();
  if (choices.some(({ value }) => value === state.now.area)) return state.now.area;
  if (choices[0]?.value === MINE) return MINE;
  const community = start.areas.find(({ level }) => level === 12);
  return (community ?? start.areas[0])?.code ?? null;
}

function showAreas() {
  const choices = areaChoices();
  const select = byId("area");
  select.replaceChildren(...choices.map(({ value, label }) => el("option", { value }, label)));
  select.value = chosenArea() ?? "";
  select.hidden = choices.length < 2;
  select.addEventListener("change", () => {
    state.change({ area: select.value === MINE ? null : select.value, cell: null });
    map.fit(chosenBounds());
  });
}

/** The box of the area whose figures are shown: of all own areas, or of one. */
function chosenBounds() {
  const chosen = chosenArea();
  return start.areas.find(({ code }) => code === chosen)?.bounds ?? start.bounds;
}

const latestFigures = new Latest();

async function loadFigures() {
  const area = chosenArea();
  if (!area) return showNothing();
  const codes = area === MINE ? start.areas.map(({ code }) => code) : [area];
  if (!figures) panel.showLoading();
  try {
    const window = state.now.days;
    const answers = [];
    for (const code of codes) answers.push(await latestFigures.get("coverage/", { area: code, days: window }));
    figures = panel.together(answers);
    if (!figures.cells.length) return showNoCells(area);
    panel.showSummary(figures, window);
    panel.showCells(figures.cells, state.now.cell, choose);
    if (view.learn(figures.cells)) map.redraw({ names: true });
  } catch (error) {
    if (givenUp(error)) return undefined;
    figures = null;
    panel.showFailed(explain(error), loadFigures);
    tell(error, loadFigures);
  }
  return undefined;
}

function showNothing() {
  if (start.bounds) panel.showEmpty(t("empty.no_duty"), t("empty.no_duty_hint"));
  else if (start.member.staff) {
    const command = './run manage import_osm FILE.osm.pbf --code 110101001001 --name "…"';
    panel.showEmpty(t("empty.no_map"), t("empty.no_map_staff"), command);
  } else panel.showEmpty(t("empty.no_map"), t("empty.no_map_member"));
}

function showNoCells(area) {
  const command = start.member.staff ? `./run manage split_cells ${area} --households 300-500` : null;
  panel.showEmpty(t("empty.no_cells"), t(`empty.no_cells_${command ? "staff" : "member"}`), command);
}

/** A cell from the list: go there and show its figures. */
function choose(cell) {
  state.change({ cell: cell.code });
  get(`areas/${cell.code}/`)
    .then((area) => map.fit(boxOf(area.geometry)))
    .catch((error) => tell(error, () => choose(cell)));
  map.point(null);
  card.showCell(cell, state.now.days, closeCard);
}

function boxOf(geometry) {
  const flat = geometry.coordinates.flat(3);
  const xs = flat.filter((_n, i) => i % 2 === 0);
  const ys = flat.filter((_n, i) => i % 2 === 1);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function closeCard() {
  card.closeCard();
  map.point(null);
  state.change({ cell: null });
  if (figures?.cells.length) panel.showCells(figures.cells, null, choose);
}

const latestHere = new Latest();

/** A click on the map: who is responsible here, and when was this street walked? */
async function ask(place) {
  if (!start) return;
  map.point(place);
  const waiting = setTimeout(() => card.showWaiting(closeCard), 150);
  if (sheet.lowered()) sheet.set("middle");
  try {
    const window = state.now.days;
    const answer = await latestHere.get("here/", { lon: place.lon.toFixed(7), lat: place.lat.toFixed(7), days: window });
    map.point(place, answer.street?.line);
    card.showHere(answer, window, cardLook(window), closeCard, showTrack);
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

/** One patrol's track, until another is asked for or the layer is switched off. */
function showTrack(patrol) {
  track = patrol.id;
  if (state.now.layers.includes("tracks")) updateTracks();
  else {
    const layers = [...state.now.layers, "tracks"];
    state.change({ layers });
    document.querySelector('input[value="tracks"]').checked = true;
  }
}

async function updateTracks() {
  if (!view.shows("tracks")) {
    track = null;
    map.tracks([], "");
    return;
  }
  try {
    const found = await tracksOf(state.now.days, track);
    map.tracks(found, view.colours.track);
    if (!found.length) notice("tracks", t("tracks.none", { days: days(state.now.days) }));
  } catch (error) {
    tell(error, updateTracks);
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
  if (differs("days")) {
    feed.setDays(now.days);
    showLegend(now.days, view.greys);
    updateTracks();
  }
  if (differs("days") || differs("area")) loadFigures();
  if (differs("layers")) {
    for (const layer of pointLayers) layer.update();
    updateTracks();
  }
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

window.addEventListener("online", () => {
  gone("request");
  gone("tiles");
  map.retry();
  feed.again();
  loadFigures();
});
