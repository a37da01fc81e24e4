// Two periods of the map: side by side on two maps that move together, or as one map of what differs.
import { givenUp, Latest } from "./api.js";
import { ComparePanel } from "./compare_panel.js";
import { Difference, summed } from "./difference.js";
import { Feed } from "./feed.js";
import { windowOf } from "./figures.js";
import { showLegend } from "./legend.js";
import { tell } from "./notices.js";
import { SecondMap } from "./second_map.js";

export function startCompare(ctx) {
  const comparing = new Comparing(ctx);
  return {
    begin: () => comparing.show(),
    changed: (now, before) => comparing.changed(now, before),
    recoloured: () => comparing.recoloured(),
  };
}

/** What is asked of both periods: the one that is looked at, and the other. */
export const questionOf = (now) => ({ ...windowOf(now), vs_as_of: now.vs.day, vs_days: now.vs.days });

class Comparing {
  #ctx;
  #latest = new Latest();
  #second = null;
  #feed = null;
  #answers = new Map();

  constructor(ctx) {
    this.#ctx = ctx;
    this.panel = new ComparePanel(ctx);
  }

  changed(now, before) {
    const differs = (key) => JSON.stringify(now[key]) !== JSON.stringify(before[key]);
    if (["vs", "day", "days", "area"].some(differs)) this.show();
    else if (["layers", "kinds", "base", "opacity", "cell"].some(differs)) this.#second?.take(now);
  }

  recoloured() {
    this.#second?.recolour();
    this.panel.recoloured();
  }

  /** As the state has it. */
  show() {
    const { now } = this.#ctx.state;
    const sides = now.vs?.shown === "sides";
    if (!sides) {
      this.#second?.remove();
      this.#second = null;
    } else {
      this.#second ??= new SecondMap(this.#ctx);
      this.#second.show(now);
    }
    this.#draw(now.vs?.shown === "difference" ? now : null);
    this.panel.show(now);
    showLegend(now, this.#ctx.view.greys);
    if (now.vs) this.#figures(now);
    else {
      this.#latest.stop();
      this.figuresOf = null;
    }
  }

  /** What differs, drawn community by community as they come on screen. */
  #draw(now) {
    const { view, map } = this.#ctx;
    const question = now && { ...questionOf(now), segments: "true" };
    const same = question && JSON.stringify(question) === JSON.stringify(this.asked);
    if (same) return;
    const drew = view.compared;
    this.asked = question;
    // What an earlier question still hears of goes into the answers of its own.
    const answers = (this.#answers = new Map());
    if (!question) {
      view.compared = null;
      if (drew) map.redraw();
      return;
    }
    this.#feed = new Feed("difference/", question, {
      got: (code, answer) => {
        answers.set(code, answer && new Difference(answer));
        map.redraw();
      },
      stale: () => map.redraw(),
      failed: (error) => tell(error, () => this.#feed.again()),
    });
    view.compared = { of: (codes, id, lengthDm) => this.#stretches(codes, id, lengthDm) };
    map.redraw();
  }

  /** Of whoever covers a few cells of a community, each knows its own part of a segment. */
  #stretches(codes, id, lengthDm) {
    for (const code of codes) this.#feed.want(code);
    const known = codes.map((code) => this.#answers.get(code)).filter(Boolean);
    const spans = known.flatMap(({ answer }) => answer.segments[id] ?? []);
    if (known.length === 1) return known[0].of(id, lengthDm);
    return known.length ? new Difference({ segments: { [id]: spans } }).of(id, lengthDm) : null;
  }

  async #figures(now) {
    const { codes } = this.#ctx.figures;
    if (!codes.length) return;
    const asked = JSON.stringify([codes, questionOf(now)]);
    if (asked === this.figuresOf) {
      // Back to what the table shows: another question may be under way.
      this.#latest.stop();
      this.panel.ready();
      return;
    }
    this.panel.waiting();
    try {
      const answers = [];
      for (const area of codes) answers.push(await this.#latest.get("difference/", { area, ...questionOf(now) }));
      this.figuresOf = asked;
      this.panel.figures(summed(answers), answers[0]);
    } catch (error) {
      if (!givenUp(error)) tell(error, () => this.#figures(this.#ctx.state.now));
    }
  }
}
