// Which screen is shown. Each is a module with `enter(root, params, app)` and, where it holds
// something, `leave()`. The device's back button goes back here.
import { byId } from "../dom.js";
import { screens } from "./screens/index.js";

export class Shell {
  #now = null;
  #app;

  constructor(app, root = byId("screen")) {
    this.#app = app;
    this.root = root;
    this.screens = new Map(screens.map((screen) => [screen.name, screen]));
    window.addEventListener("popstate", ({ state }) => {
      this.#enter(state?.screen ?? "home", state?.params ?? {});
    });
  }

  /** The name of the screen that is shown. */
  get now() {
    return this.#now?.name ?? "";
  }

  /** Go to a screen; `replace`: back does not lead to the present one. */
  show(name, params = {}, { replace = false } = {}) {
    const state = { screen: name, params, depth: (history.state?.depth ?? 0) + (replace ? 0 : 1) };
    if (replace || !this.#now) history.replaceState(state, "");
    else history.pushState(state, "");
    return this.#enter(name, params);
  }

  /** To the screen before, or home where this was the first. */
  back() {
    if ((history.state?.depth ?? 0) > 1) history.back();
    else this.show("home", {}, { replace: true });
  }

  async #enter(name, params) {
    const screen = this.screens.get(name);
    if (!screen) throw new Error(`There is no screen "${name}".`);
    this.#now?.leave?.();
    this.#now = screen;
    document.body.dataset.screen = name;
    this.root.replaceChildren();
    this.root.scrollTop = 0;
    await screen.enter(this.root, params, this.#app);
    // Readers of the screen begin at its head.
    if (this.#now === screen) this.root.focus({ preventScroll: true });
  }
}
