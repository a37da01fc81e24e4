// "Forty minutes from here": a start is chosen, the walk is asked for, drawn and told.
import { get, givenUp, Latest } from "./api.js";
import { overdueShares } from "./closing.js";
import { explain, tell } from "./notices.js";
import { plainName } from "./paint.js";
import { isShown, showPage } from "./pages.js";
import { amount, placeName, t } from "./words.js";
import { WalkPage } from "./walk_page.js";

const MINUTES = 40;
/** The choice of the streets that were selected, among those of areas. */
const STREETS = "streets";
const PATIENCE = { enableHighAccuracy: true, timeout: 15_000, maximumAge: 10_000 };

/** The walk of the state: `figures()` gives the cells of the list, `shown()` is told of the page. */
export class WalkPlanner {
  #latest = new Latest();
  #latestName = new Latest();
  #page = null;
  #picking = false;
  /** Counts what was asked of the walk: the device's position may come after another answer. */
  #turn = 0;
  #minutes = MINUTES;
  #here = null;
  #named = null;
  #planned = null;
  #shares = null;
  /** The streets that were chosen last, to come back to. */
  #streets = [];

  constructor(state, map, { figures, shown }) {
    this.state = state;
    this.map = map;
    this.figures = figures;
    this.shown = shown;
    state.listen((now, before) => {
      if (JSON.stringify(now.walk) !== JSON.stringify(before.walk)) this.#ask();
    });
  }

  /**
   * Show the page: with a start, areas or pieces of street their walk, else the one there is, else
   * ask for a start.
   */
  open({ place = null, areas = [], streets = [] } = {}) {
    const { walk } = this.state.now;
    const asked = place || areas.length || streets.length;
    this.#page ??= this.#newPage();
    this.#picking = !asked && !walk;
    if (asked) this.#change({ lon: place?.lon ?? null, lat: place?.lat ?? null, areas, streets });
    this.#show();
    this.#page.open();
    this.shown();
  }

  /** The walk in the address, when the page was loaded with one. */
  resume() {
    if (!this.state.now.walk) return;
    this.open();
    this.#ask();
  }

  /** A click on the map: whether it was the start that is asked for. */
  took(place) {
    if (!this.#picking || !isShown("walk-page")) return false;
    this.#place(place);
    return true;
  }

  #newPage() {
    return new WalkPage({
      close: () => showPage("list-page"),
      here: () => this.#locate(),
      middle: () => this.#place(this.map.middle()),
      pick: () => {
        this.#picking = true;
        this.#show();
      },
      minutes: (minutes) => {
        this.#minutes = minutes;
        if (this.state.now.walk) this.#change({ minutes });
        this.#show();
      },
      within: (chosen) => this.#within(chosen),
      back: (back) => this.#change({ back }),
      clear: () => this.#clear(),
    });
  }

  /** What the select says: codes of areas, the chosen streets, or "" for whatever is near. */
  #within(chosen) {
    const { streets = [] } = this.state.now.walk ?? {};
    if (chosen === STREETS) this.#change({ areas: [], streets: streets.length ? streets : this.#streets });
    else this.#change({ areas: chosen ? chosen.split(".") : [], streets: [] });
  }

  #place({ lon, lat }) {
    this.#picking = false;
    this.#change({ lon, lat });
    this.#show();
  }

  #change(part) {
    const walk = { lon: null, lat: null, back: false, areas: [], streets: [], ...this.state.now.walk, ...part };
    walk.minutes = part.minutes ?? this.state.now.walk?.minutes ?? this.#minutes;
    if (walk.lon == null) walk.back = false;
    this.#turn += 1;
    const same = JSON.stringify(walk) === JSON.stringify(this.state.now.walk);
    this.state.change({ walk });
    // No change is heard of, but the page may wait for a position.
    if (same) this.#ask();
  }

  #clear() {
    this.#turn += 1;
    this.#latest.stop();
    this.#picking = false;
    this.state.change({ walk: null });
    showPage("list-page");
  }

  #locate() {
    const failed = () => this.#page.showProblem(t("walk.no_position"), null);
    if (!navigator.geolocation) return failed();
    const turn = (this.#turn += 1);
    const wanted = () => turn === this.#turn;
    this.#page.showBusy();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => wanted() && this.#place({ lon: coords.longitude, lat: coords.latitude }),
      () => wanted() && failed(),
      PATIENCE,
    );
    return undefined;
  }

  /** What is asked of the server; the place to about a metre. */
  #asked() {
    const { lon, lat, minutes, back, areas, streets } = this.state.now.walk;
    const asked = { minutes, back };
    if (lon != null) Object.assign(asked, { lon: lon.toFixed(5), lat: lat.toFixed(5) });
    if (streets.length) asked.streets = streets.join();
    else if (areas.length) asked.area = areas.join();
    return asked;
  }

  async #ask() {
    const { walk } = this.state.now;
    const placed = walk?.lon != null;
    this.map.walkStart(placed ? walk : null);
    if (!walk) {
      this.#planned = null;
      this.map.walk(null);
      this.#page?.showNothing();
      return;
    }
    this.#minutes = walk.minutes;
    this.#show();
    this.#name(walk);
    this.#page.showBusy();
    try {
      this.#planned = await this.#latest.get("plan/", this.#asked());
      this.#tell();
    } catch (error) {
      if (givenUp(error)) return;
      this.#planned = null;
      this.map.walk(null);
      this.#failed(error);
    }
  }

  #failed(error) {
    if (error.code === "sign_in_required") tell(error);
    // A question that cannot be answered is told in the server's own sentence.
    const sentence = error.status >= 400 && error.status < 500 ? error.message : explain(error);
    this.#page.showProblem(sentence, () => this.#ask());
  }

  #tell() {
    const plan = this.#planned;
    const [{ route, turns }] = plan.walks;
    this.#show();
    if (!route) {
      this.#planned = null;
      this.map.walk(null);
      this.#page.showProblem(t(plan.open_metres > 0 ? "walk.too_short" : "walk.nothing_open"), null);
      return;
    }
    this.#showPlan();
    this.map.walk({ line: route.coordinates, turns }, (number) => this.#choose(number));
    this.map.fitLine(route.coordinates);
  }

  #showPlan() {
    const plan = this.#planned;
    const { streets } = this.state.now.walk;
    // What is walked of chosen streets may not be overdue at all.
    this.#shares = streets.length ? null : overdueShares(this.figures(), plan.areas, plan.closes_metres);
    const gpx = `/api/v1/plan/?${new URLSearchParams({ ...this.#asked(), format: "gpx" })}`;
    this.#page.showPlan(plan, { shares: this.#shares, chosen: streets.length > 0, gpx, choose: (number) => this.#choose(number) });
  }

  #choose(number) {
    this.#page.markTurn(number);
    this.map.showTurn(number);
  }

  /** Figures came later than the walk: now it can say which share of them it closes. */
  learned() {
    if (this.#planned && !this.#shares) this.#showPlan();
  }

  /** What the place of the start is called: its street, and the cell around it. */
  async #name({ lon, lat }) {
    if (lon == null || this.#named === `${lon},${lat}`) return;
    this.#here = null;
    try {
      this.#here = await this.#latestName.get("here/", { lon: lon.toFixed(5), lat: lat.toFixed(5) });
      this.#named = `${lon},${lat}`;
      this.#show();
    } catch {
      // The walk is what was asked for; its start then goes by its position.
    }
  }

  #startName() {
    const { walk } = this.state.now;
    if (!walk || walk.lon == null) return t("walk.best_start");
    const named = [this.#here?.street, this.#planned?.walks[0].turns[0]].find((of) => of && placeName(of));
    return (named && placeName(named)) || `${walk.lat.toFixed(5)}, ${walk.lon.toFixed(5)}`;
  }

  /** Areas to choose: what the reader covers near the start, cells around, the ones chosen. */
  #choices() {
    const { walk, cell } = this.state.now;
    const named = new Map(this.figures().map((each) => [each.code, plainName(each)]));
    const under = this.#here?.areas.find(({ level }) => level === 15);
    if (under) named.set(under.code, plainName(under));
    this.#planned?.areas.forEach((code, nth) => named.set(code, this.#planned.names[nth]));
    const called = (code) => named.get(code) ?? code;
    const label = (codes) => codes.map(called).join(t("list.comma"));
    const found = [under && [under.code], cell && [cell], walk?.areas].filter((codes) => codes?.length);
    const choices = new Map(found.map((codes) => [codes.join("."), t("walk.only", { names: label(codes) })]));
    const near = !walk || walk.lon != null ? [{ value: "", label: t("walk.near") }] : [];
    if (walk?.streets.length) this.#streets = walk.streets;
    const streets = this.#streets.length
      ? [{ value: STREETS, label: t("walk.streets", { n: amount(this.#streets.length) }) }]
      : [];
    return [...near, ...streets, ...[...choices].map(([value, text]) => ({ value, label: text }))];
  }

  #show() {
    this.#page ??= this.#newPage();
    this.#page.show(this.state.now.walk, {
      minutes: this.#minutes,
      picking: this.#picking,
      start: this.#startName(),
      choices: this.#choices(),
      day: this.state.now.day,
    });
  }
}
