// Light and dark: asks what the map and the panel need, and keeps the panel's section up to date.
import { hideDarkness, showDarkness, showDarknessFailed, showDarknessLoading } from "./darkness_panel.js";
import { Feed } from "./feed.js";
import { windowOf } from "./figures.js";
import { explain, tell } from "./notices.js";

/** After how many seconds it is asked for again; it changes slowly. */
const REFRESH = 300;

export class Light {
  #failed = false;

  /** `codes()` gives the chosen areas, `choose` is told a dark stretch of the panel's list. */
  constructor(state, view, map, { codes, choose }) {
    this.state = state;
    this.view = view;
    this.codes = codes;
    this.choose = choose;
    const drawn = () => {
      this.show();
      map.redraw();
    };
    this.feed = new Feed("darkness/", windowOf(state.now), {
      got: (code, answer) => {
        view.dark.take(code, answer);
        view.night.take(code, answer);
        drawn();
        if (view.shows("night")) map.redraw({ names: true });
      },
      stale: drawn,
      failed: (error) => this.#fail(error),
    });
    view.wantDark = (code) => this.feed.want(code);
  }

  start() {
    this.feed.start(REFRESH);
    this.setWindow();
  }

  /** Other days: what is drawn stays until their answers come. */
  setWindow() {
    this.view.dark.outdate();
    this.feed.setWindow(windowOf(this.state.now));
  }

  again() {
    this.#failed = false;
    this.feed.again();
  }

  /** The panel's section, while the layer is on. */
  show() {
    const codes = this.codes();
    if (!this.view.shows("darkness") || !codes.length) {
      hideDarkness();
      return;
    }
    if (this.#failed) {
      this.again();
      return;
    }
    for (const code of codes) this.feed.want(code);
    const found = this.view.dark.of(codes);
    if (found) showDarkness(found, this.state.now.days, this.choose);
    else showDarknessLoading();
  }

  #fail(error) {
    this.#failed = true;
    if (error.code === "sign_in_required") tell(error);
    if (this.view.shows("darkness")) showDarknessFailed(explain(error), () => this.again());
  }
}
