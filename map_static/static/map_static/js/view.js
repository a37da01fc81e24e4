// What the canvas is painted from: chosen layers, kinds, colours, freshness by community, cells.
import { CareCounts } from "./care.js";
import { Darkness } from "./darkness.js";
import { Freshness } from "./freshness.js";
import { coloursNow } from "./look.js";
import { page } from "./page.js";

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
  /** Told the code of a community whose freshness is needed to draw. */
  want = () => {};
  /** Likewise the code of an area whose darkness is. */
  wantDark = () => {};
  dark = new Darkness();
  /** Likewise the code of an area whose counts of care are. */
  wantCare = () => {};
  care = new CareCounts();

  constructor() {
    this.colours = coloursNow();
  }

  recolour() {
    this.colours = coloursNow();
  }

  take({ layers, kinds, base, cell }) {
    this.layers = new Set(layers);
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
  }

  /** The stretches of a segment; null while its community's freshness is not here, or not shown. */
  freshness({ id, kind, community_code: code, end_dm: lengthDm }) {
    if (this.coveredIn(code).length) this.want(code);
    return this.#fresh.get(code)?.of(id, kind, lengthDm) ?? null;
  }

  /** The published counts of a cell. Who covers nothing here may hold a post that tells them. */
  careOf(cell) {
    const community = cell.slice(0, 12);
    const covered = this.coveredIn(community);
    for (const code of covered.length ? covered : [community]) this.wantCare(code);
    return this.care.of(cell);
  }

  /** The stretches of a segment that no lamp lights, as far as the answers are here. */
  darkness({ id, community_code: community, end_dm: lengthDm }) {
    for (const code of this.coveredIn(community)) this.wantDark(code);
    return this.dark.stretches(id, lengthDm);
  }
}
