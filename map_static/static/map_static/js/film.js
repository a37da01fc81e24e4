// What is drawn while time is played: the walks of weeks by community, and the cases, fetched once.
import { get, serverTime } from "./api.js";
import { casesBefore } from "./case_history.js";
import { Feed } from "./feed.js";
import { page } from "./page.js";
import { WalkHistory } from "./walk_history.js";

/** Asks for what `View` draws of a past day, and hands it out day by day. */
export class Film {
  #walks = new Map();
  #awaited = new Set();
  #ready = [];
  #drawn = new Set();
  #feed;
  #cases = { asked: null, answer: null };
  #range;
  #days;

  /** `drawn()` is told when more is there to be drawn, `failed(error)` when something is not. */
  constructor({ drawn, failed }) {
    this.drawn = drawn;
    this.#feed = new Feed("history/", {}, {
      got: (code, answer) => this.#got(code, answer),
      stale: () => {},
      failed: (error) => {
        this.#letGo();
        failed(error);
      },
    });
  }

  /** The range {to, over} of days, and how many days freshness looks back from each. */
  cover(range, days) {
    if (JSON.stringify([range, days]) === JSON.stringify([this.#range, this.#days])) return;
    this.#range = range;
    this.#days = days;
    this.#walks.clear();
    this.#awaited.clear();
    this.#cases = { asked: null, answer: null };
    this.#feed.setWindow({ days, over: range.over, as_of: range.to });
  }

  /** Everything anew: something was walked, or the network is back. */
  again() {
    this.#walks.clear();
    this.#awaited.clear();
    this.#feed.again();
  }

  /** The place of the range whose day is drawn. */
  place = 0;
  #showing = false;
  #resting = false;
  #seen = new Set();

  /** What a community's freshness is drawn from; undefined: from the answer of the chosen day. */
  of(code) {
    this.#seen.add(code);
    if (!this.#showing || this.#drawn.has(code)) return undefined;
    const walks = this.#walks.get(code);
    if (walks === undefined) this.#want(code);
    return walks?.at(this.place);
  }

  /** The answer of the chosen day is here: it is drawn from now on, unless pictures move. */
  answered(code) {
    if (this.#resting) this.#drawn.add(code);
  }

  /** The picture stands; it stays until the answers of its day are here. */
  rest() {
    this.#resting = true;
    this.#drawn.clear();
  }

  /** Pictures move. */
  roll() {
    this.#showing = true;
    this.#resting = false;
    this.#drawn.clear();
  }

  /** Another day was chosen elsewhere: nothing of this is drawn. */
  stop() {
    this.#showing = false;
  }

  /** Whether a day can be drawn without waiting. */
  get loaded() {
    return this.#walks.size > 0 && !this.#awaited.size;
  }

  #want(code) {
    if (this.#walks.has(code) || this.#awaited.has(code)) return;
    this.#awaited.add(code);
    this.#feed.want(code);
  }

  /** Resolves when all that is on screen is here, or is known not to come. */
  ready() {
    for (const code of this.#seen) this.#want(code);
    if (!this.#awaited.size) return Promise.resolve();
    return new Promise((resolve) => this.#ready.push(resolve));
  }

  #got(code, answer) {
    this.#walks.set(code, answer && new WalkHistory(answer, { dueFrom: page.colours.dueFrom }));
    this.#awaited.delete(code);
    if (!this.#awaited.size) this.#letGo();
    this.drawn();
  }

  #letGo() {
    this.#awaited.clear();
    for (const resolve of this.#ready.splice(0)) resolve();
  }

  /** The cases of a box that were open at the end of the place's day, as features. */
  async cases(bbox) {
    const { over, to } = this.#range;
    const asked = { bbox, over, as_of: to };
    if (JSON.stringify(asked) !== JSON.stringify(this.#cases.asked)) {
      const answer = await get("history/cases/", asked);
      this.#cases = { asked, answer };
    }
    const { answer } = this.#cases;
    return casesBefore(answer, Math.min(answer.midnights[this.place + 1], serverTime()));
  }
}
