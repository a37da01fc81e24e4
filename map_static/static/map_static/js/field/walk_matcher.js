// What becomes of a walk's fixes on the tablet: the matcher's stretches, with the metres that are new.
import { MatchingClient } from "./matching/client.js";
import { gapsOf, listOf } from "./walk_rules.js";

export class WalkMatcher {
  #client;
  #news;

  /** `ground` may be null: then nothing is matched; `news(stretches)` gives the metres that are new. */
  constructor(ground, { mode, news }) {
    this.#client = ground && new MatchingClient(ground, { mode });
    this.#news = news;
  }

  /**
   * Add fixes in columns; resolves to the walk so far: {fixes: how many, stretches, buildings, pieces,
   * dropped, metres: {matched, offStreet, covered, certain}, newMetres}.
   */
  async add(fixes) {
    this.fixes = (this.fixes ?? 0) + fixes.ms.length;
    if (!this.#client) return { ...NOTHING, fixes: this.fixes };
    const found = await this.#client.add(listOf(fixes));
    return { ...found, fixes: this.fixes, newMetres: this.#news(found.stretches) };
  }

  /** What the end screen tells of a walk; no position is in it. */
  summary(progress, fixes) {
    const { stretches, buildings, metres, newMetres, dropped, pieces } = progress ?? NOTHING;
    const gaps = gapsOf(pieces, fixes.ms);
    return { stretches, metres, newMetres, dropped, gaps, buildings: buildings.length, fixes: fixes.ms.length };
  }

  /** What is sent of a walk where positions stay on the tablet. */
  wire(progress) {
    const { stretches, buildings, metres, dropped, fixes } = progress ?? NOTHING;
    const summary = {
      fixes,
      dropped,
      matched_metres: tenths(metres.matched),
      off_street_metres: tenths(metres.offStreet),
    };
    return { stretches, buildings, summary };
  }

  close() {
    this.#client?.close();
  }
}

const tenths = (metres) => Math.round(metres * 10) / 10;

const NOTHING = Object.freeze({
  fixes: 0,
  stretches: [],
  buildings: [],
  pieces: [],
  dropped: { accuracy: 0, speed: 0, time: 0, position: 0 },
  metres: { matched: 0, offStreet: 0, covered: 0, certain: 0 },
  newMetres: 0,
});
