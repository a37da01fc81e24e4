// Time at the bottom of the map: one control for the day that is looked at, which can be played.
import { givenUp, Latest } from "./api.js";
import { byId, el, icon, svg } from "./dom.js";
import { Film } from "./film.js";
import { tell } from "./notices.js";
import { joined } from "./series.js";
import { STEPS } from "./state_time.js";
import { barsOf, dayAt, firstPlayed, LENGTHS, onStep, placeOf, rangeOf, stepped } from "./time_steps.js";
import { dayName, days, metres, share, t } from "./words.js";

const OFFICE = matchMedia("(min-width: 1200px)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
/** Milliseconds from one picture to the next. */
const PACES = { slow: 1600, usual: 900, fast: 450 };
const CALMEST = 1600;
/** A day that keys go through is chosen when they rest. */
const RESTS = 350;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 };

export function startTimeline(ctx) {
  const timeline = new Timeline(ctx);
  return {
    known: () => timeline.known(),
    begin: () => timeline.begin(),
    changed: (now, before) => timeline.changed(now, before),
  };
}

class Timeline {
  #ctx;
  #film;
  #latest = { bars: new Latest(), shares: new Latest() };
  #range = null;
  #place = 0;
  #playing = false;
  /** Counts how often it was begun. */
  #turn = 0;
  #choosing = null;
  #pace = "usual";
  #shares = null;

  constructor(ctx) {
    this.#ctx = ctx;
    this.#film = new Film({
      drawn: () => ctx.map.redraw(),
      failed: (error) => {
        this.pause();
        tell(error, () => this.#film.again());
      },
    });
    ctx.view.film = this.#film;
    this.#build();
  }

  known() {
    this.root.hidden = !this.#ctx.figures.codes.length;
  }

  begin() {
    this.#settle();
    this.#load();
  }

  /** Something else was chosen on the page, or what was played has become the chosen day. */
  changed(now, before) {
    const differs = (key) => String(now[key]) !== String(before[key]);
    if (!["day", "days", "step", "area"].some(differs)) return;
    if (this.#playing) this.#stand();
    const played = this.#choosing;
    this.#choosing = null;
    if (played !== (now.day ?? this.#today) || differs("days")) this.#film.stop();
    const { to, over } = this.#range ?? {};
    this.#settle();
    if (["days", "step", "area"].some(differs) || to !== this.#range.to || over !== this.#range.over) this.#load();
  }

  get #today() {
    return this.#ctx.start().today;
  }

  /** The range, the place and the picture of what is chosen. */
  #settle() {
    const { now } = this.#ctx.state;
    this.#range = rangeOf(now, this.#today);
    this.#film.cover(this.#range, now.days);
    this.slider.max = String(this.#range.over - 1);
    for (const button of this.root.querySelectorAll("[data-step]")) {
      button.setAttribute("aria-pressed", String(button.dataset.step === now.step));
    }
    this.#show(placeOf(this.#range, now.day ?? this.#today), { draw: false });
    this.#cases();
  }

  /** Sums of walked metres for the bars, and the share walked as of each day. */
  async #load() {
    const { codes } = this.#ctx.figures;
    const { now } = this.#ctx.state;
    const { over, to } = this.#range;
    const { by } = LENGTHS[now.step];
    try {
      const ask = async (latest, window) => {
        const answers = [];
        for (const area of codes) answers.push(await latest.get("series/", { area, days: window, over, as_of: to }));
        return answers;
      };
      const bars = await ask(this.#latest.bars, by);
      this.#bars(bars, by);
      const shares = codes.length ? joined(await ask(this.#latest.shares, now.days)) : null;
      this.#shares = shares?.shares ?? null;
      this.#say();
    } catch (error) {
      // The panel tells of the same failure.
      if (!givenUp(error)) this.bars.replaceChildren();
    }
  }

  #bars(answers, by) {
    const sums = (answers[0]?.covered_metres ?? []).map((_sum, nth) =>
      answers.reduce((sum, answer) => sum + answer.covered_metres[nth], 0),
    );
    const heights = barsOf(sums, by);
    const most = Math.max(...heights, 1);
    const width = 100 / Math.max(heights.length, 1);
    this.bars.replaceChildren(
      ...heights.map((sum, nth) => {
        const height = (sum / most) * 26;
        const at = { x: (nth * width + width * 0.12).toFixed(2), width: (width * 0.76).toFixed(2) };
        return svg("rect", { ...at, y: (28 - height).toFixed(2), height: height.toFixed(2) });
      }),
    );
    this.bars.setAttribute("data-most", metres(most));
  }

  /** The day of a place: on the slider, in words and, while pictures move, on the map. */
  #show(place, { draw = true } = {}) {
    this.#place = place;
    this.#film.place = place;
    this.slider.value = String(place);
    byId("day").value = dayAt(this.#range, place);
    this.#say();
    if (!draw) return;
    byId("legend-day").textContent = t("legend.as_of", { day: dayName(dayAt(this.#range, place)) });
    this.#ctx.map.redraw();
    this.#cases();
  }

  #say() {
    const day = dayName(dayAt(this.#range, this.#place));
    const { days: window } = this.#ctx.state.now;
    const walked = this.#shares?.[this.#place];
    const said = walked == null ? "" : t("play.share", { share: share(walked), days: days(window) });
    this.says.textContent = said;
    this.slider.setAttribute("aria-valuetext", said ? t("play.value", { day, said }) : day);
  }

  /** Cases of the day that is shown; of today those that the page asks for anyway. */
  #cases() {
    const layer = this.#ctx.pointLayers().find(({ name }) => name === "cases");
    if (!layer) return;
    const past = this.#playing || dayAt(this.#range, this.#place) !== this.#today;
    if (past) layer.past((bbox) => this.#film.cases(bbox));
    else if (this.pastCases) layer.past(null);
    this.pastCases = past;
  }

  /** Play on from here; what is needed is fetched before the first picture. */
  async play() {
    if (this.#playing) return;
    const turn = (this.#turn += 1);
    this.#playing = true;
    this.#button();
    this.root.setAttribute("aria-busy", "true");
    this.#film.roll();
    const { step } = this.#ctx.state.now;
    await this.#film.ready();
    // Stopped meanwhile, and perhaps begun again.
    if (!this.#playing || turn !== this.#turn) return;
    this.root.removeAttribute("aria-busy");
    this.#show(firstPlayed(this.#range, step, this.#place));
    this.due = performance.now();
    this.#wait();
  }

  #wait() {
    this.due += CALM.matches ? Math.max(PACES[this.#pace], CALMEST) : PACES[this.#pace];
    // A machine that is too slow for the pace goes on from where it is, without a rush after it.
    this.due = Math.max(this.due, performance.now() + 60);
    this.timer = setTimeout(() => this.#next(), this.due - performance.now());
  }

  #next() {
    const to = stepped(this.#range, this.#ctx.state.now.step, this.#place, 1);
    if (to === this.#place) {
      this.pause();
      return;
    }
    this.#show(to);
    this.#wait();
  }

  /** Stop; the day that is shown is the one that the page looks at from now on. */
  pause() {
    if (!this.#playing) return;
    this.#stand();
    this.#choose();
  }

  #stand() {
    this.#playing = false;
    clearTimeout(this.timer);
    this.root.removeAttribute("aria-busy");
    this.#button();
  }

  #choose() {
    clearTimeout(this.resting);
    const day = dayAt(this.#range, this.#place);
    this.#choosing = day;
    this.#film.rest();
    this.#ctx.figures.choseDay(day);
  }

  /** Another place by hand: drawn at once where the walks are here, chosen when the hand rests. */
  #scrub(place) {
    if (this.#playing) this.#stand();
    this.#film.roll();
    this.#film.ready();
    this.#show(place, { draw: this.#film.loaded });
  }

  #button() {
    const doing = this.#playing ? "pause" : "play";
    this.button.replaceChildren(icon(doing));
    this.button.setAttribute("aria-label", t(`play.${doing}`));
    this.button.title = t(`play.${doing}_hint`);
  }

  toggle() {
    if (this.#playing) this.pause();
    else this.play();
  }

  #build() {
    this.button = el("button", { type: "button", class: "icon-button timeline-play", onclick: () => this.toggle() });
    this.bars = svg("svg", { class: "timeline-bars", viewBox: "0 0 100 28", preserveAspectRatio: "none", "aria-hidden": "true" });
    this.slider = el("input", { type: "range", min: 0, max: 1, step: 1, class: "timeline-slider", "aria-label": t("play.slider") });
    this.says = el("p", { class: "timeline-says", "aria-hidden": "true" });
    this.root = el(
      "section",
      { id: "timeline", "aria-label": t("play.head"), hidden: true },
      el("div", { class: "timeline-row" }, this.button, el("div", { class: "timeline-track" }, this.bars, this.slider), this.#more()),
    );
    this.#button();
    this.#listen();
    this.#stands();
    OFFICE.addEventListener("change", () => this.#stands());
  }

  /** At the bottom of the map with all that tells of time; in the panel only what moves it. */
  #stands() {
    const [time, day] = [byId("time"), byId("day-choice")];
    if (OFFICE.matches) {
      this.root.append(el("div", { class: "timeline-row" }, day, this.says), time);
      document.body.append(this.root);
    } else {
      byId("list-page").before(time, this.root);
      byId("summary").before(day);
      this.root.querySelector(".timeline-row:nth-child(2)")?.remove();
    }
  }

  #more() {
    const group = (name, head, ...buttons) =>
      el("div", {}, el("h2", {}, head), el("div", { class: "choice", role: "group", "aria-label": head, id: name }, buttons));
    const { state } = this.#ctx;
    const steps = STEPS.map((step) =>
      el("button", { type: "button", "data-step": step, onclick: () => state.change({ step }) }, t(`play.step_${step}`)),
    );
    const paces = Object.keys(PACES).map((pace) =>
      el("button", { type: "button", "aria-pressed": String(pace === this.#pace), onclick: () => pick(pace) }, t(`play.pace_${pace}`)),
    );
    const pick = (pace) => {
      this.#pace = pace;
      Object.keys(PACES).forEach((name, nth) => paces[nth].setAttribute("aria-pressed", String(name === pace)));
    };
    return el(
      "details",
      { class: "popover timeline-more" },
      el("summary", { class: "icon-button", "aria-label": t("play.more") }, icon("tune")),
      el("div", { class: "popover-body" }, group("play-steps", t("play.step"), steps), group("play-paces", t("play.pace"), paces)),
    );
  }

  #listen() {
    const { slider } = this;
    slider.addEventListener("input", () => {
      this.#scrub(onStep(this.#range, this.#ctx.state.now.step, Number(slider.value)));
    });
    slider.addEventListener("change", () => this.#choose());
    slider.addEventListener("keydown", (event) => {
      const last = this.#range.over - 1;
      const { step } = this.#ctx.state.now;
      if (event.key in KEYS) this.#scrub(stepped(this.#range, step, this.#place, KEYS[event.key]));
      else if (event.key === "Home") this.#scrub(onStep(this.#range, step, 0));
      else if (event.key === "End") this.#scrub(last);
      else if (event.key === " ") this.toggle();
      else return;
      event.preventDefault();
      if (event.key === " ") return;
      clearTimeout(this.resting);
      this.resting = setTimeout(() => this.#choose(), RESTS);
    });
    // Nothing else is meant by the space bar where nothing has the focus, or the map.
    document.addEventListener("keydown", (event) => {
      const free = event.target === document.body || event.target.id === "map";
      if (event.key !== " " || !free || this.root.hidden) return;
      event.preventDefault();
      this.toggle();
    });
  }
}
