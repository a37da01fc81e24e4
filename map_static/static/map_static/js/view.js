// What the canvas is painted from: chosen layers, kinds, colours, freshness by community, cells.
import { CareCounts } from "./care.js";
import { CellShares } from "./cell_shares.js";
import { Darkness } from "./darkness.js";
import { Freshness } from "./freshness.js";
import { coloursNow } from "./look.js";
import { page } from "./page.js";
import { opacityOf } from "./state_layers.js";
import { share } from "./words.js";

export class View {
  #fresh = new Map();
  #members = new Map();
  #own = [];
  #everywhere = false;
  focused = false;
  /** Whether cells that are not the reader's are greyed on any map they look at. */
  greys = false;
  chosenCell = null;
  layers = new Set();
  kinds = new Set();
  base = "own";
  chinese = page.language.startsWith("zh");
  /** States whose cases are shown, or null; see state_layers.js. */
  states = null;
  window = { days: 30, day: null };
  /** Told the code of a community whose freshness is needed to draw. */
  want = () => {};
  /** Likewise the code of an area whose darkness is. */
  wantDark = () => {};
  dark = new Darkness();
  /** Likewise the code of an area whose counts of care are. */
  wantCare = () => {};
  care = new CareCounts();
  /** Likewise the code of an area whose cells' coverage is. */
  wantCovered = () => {};
  covered = new CellShares("covered_metres");
  night = new CellShares("night_covered_metres");
  opacity = {};
  /** Where each class of a share but the first begins. */
  breaks = page.colours.coverageFrom;

  /** While time is played: {of(code) → what freshness is drawn from, answered(code)}; see film.js. */
  film = null;
  /** While two periods are drawn as their difference: {of(codes, id, lengthDm)}; see compare.js. */
  compared = null;

  constructor() {
    this.colours = coloursNow();
  }

  coloursOfPaper = page.colours.looks.light;

  recolour() {
    this.colours = coloursNow();
  }

  take({ layers, kinds, base, cell, opacity, states, days, day }) {
    this.layers = new Set(layers);
    this.opacity = opacity;
    this.states = states;
    this.window = { days, day };
    this.kinds = new Set(kinds);
    this.base = base;
    this.chosenCell = cell;
  }

  /** Whose cells are in focus: those under these codes, or all. */
  focus(own, everywhere) {
    this.#own = own;
    this.#everywhere = everywhere;
    this.focused = !everywhere && own.length > 0;
    this.greys = this.focused && own.every((code) => code.length === 15);
  }

  shows(layer) {
    return this.layers.has(layer);
  }

  /** How opaque a layer is drawn, 0..1. */
  alpha(layer) {
    return opacityOf(this.opacity, layer);
  }

  isOwn(code) {
    return this.#own.some((prefix) => code.startsWith(prefix));
  }

  /** What the reader covers of a community: all of it, some cells, or nothing. */
  coveredIn(community) {
    if (this.#everywhere || this.isOwn(community)) return [community];
    return this.#own.filter((code) => code.startsWith(community));
  }

  /** Remember who is responsible for cells; true when a name on the map changes. */
  learn(cells) {
    const before = JSON.stringify([...this.#members]);
    for (const { code, member } of cells) this.#members.set(code, member);
    return JSON.stringify([...this.#members]) !== before;
  }

  memberOf(code) {
    return this.#members.get(code) ?? null;
  }

  /** Freshness of a community, or null where it may not be seen. */
  setFreshness(code, answer) {
    const terms = { now: answer?.serverNow, dueFrom: page.colours.dueFrom };
    this.#fresh.set(code, answer && new Freshness(answer, terms));
    this.film?.answered(code);
  }

  /** The stretches of a segment; null while its community's freshness is not here, or not shown. */
  freshness({ id, kind, community_code: code, end_dm: lengthDm }) {
    const covered = this.coveredIn(code).length > 0;
    if (covered) this.want(code);
    const drawn = (covered && this.film?.of(code)) || this.#fresh.get(code);
    return drawn?.of(id, kind, lengthDm) ?? null;
  }

  /** What the two periods make of a segment, [{from, to, cls}]; null before their answer is here. */
  difference({ id, community_code: community, end_dm: lengthDm }) {
    return this.compared.of(this.coveredIn(community), id, lengthDm);
  }

  /** The published counts of a cell. Who covers nothing here may hold a post that tells them. */
  careOf(cell) {
    const community = cell.slice(0, 12);
    const covered = this.coveredIn(community);
    for (const code of covered.length ? covered : [community]) this.wantCare(code);
    return this.care.of(cell);
  }

  /** The share of a cell that its ground shows; see CellShares.of. */
  shareOf(cell) {
    const night = this.shows("night");
    for (const code of this.coveredIn(cell.slice(0, 12))) (night ? this.wantDark : this.wantCovered)(code);
    return (night ? this.night : this.covered).of(cell);
  }

  /** The same for people; "" while it is not known. */
  shareWord(cell) {
    const found = this.shareOf(cell);
    return found === undefined ? "" : share(found);
  }

  /** The stretches of a segment that no lamp lights, as far as the answers are here. */
  darkness({ id, community_code: community, end_dm: lengthDm }) {
    for (const code of this.coveredIn(community)) this.wantDark(code);
    return this.dark.stretches(id, lengthDm);
  }
}
