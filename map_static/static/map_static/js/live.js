// Listening for what changes elsewhere (publish/live/ on the server). Pure: the feature is live_map.js.

const ADDRESS = "/api/v1/live/";
/** The server says something every 15 s; after so long without a word the connection is lost (ms). */
const SILENT = 40_000;
/** A server that had no room, or was not there, is asked again after so long (ms). */
const AGAIN = [5_000, 15_000, 60_000];
/** A connection that ends is opened anew by the browser; only then is it called lost (ms). */
const PATIENCE = 6_000;

/**
 * Told by one connection at a time: `changed({coverage, cases, lamps})`, each a list of communities'
 * codes; `missed()` when something may have changed unheard; `state("live" | "lost" | "off")`.
 * `open(address)` gives an EventSource; `timers` are setTimeout and clearTimeout.
 */
export class Live {
  #source = null;
  #heardBefore = false;
  #failures = 0;
  #waits = {};
  #now = null;

  constructor({ changed, missed, state }, open = (address) => new EventSource(address), timers = globalThis) {
    this.told = { changed, missed, state };
    this.open = open;
    this.timers = timers;
  }

  start() {
    if (this.#source) return;
    this.#stopWaiting();
    const source = this.open(ADDRESS);
    this.#source = source;
    const heard = (name, act) =>
      source.addEventListener(name, (event) => {
        if (source !== this.#source) return;
        this.#wait("silent", SILENT, () => this.#lose());
        act(event);
      });
    heard("hello", () => this.#hear());
    heard("beat", () => {});
    heard("changed", (event) => this.told.changed(JSON.parse(event.data)));
    heard("lost", () => this.#become("lost"));
    heard("back", () => this.#hear());
    source.addEventListener("error", () => source === this.#source && this.#failed(source));
  }

  /** Nobody looks: the server need not hold a thread for this page. */
  stop() {
    this.#stopWaiting();
    this.#source?.close();
    this.#source = null;
  }

  /** The machine has no network. */
  offline() {
    this.stop();
    this.#become("lost");
  }

  #hear() {
    this.#stop("patience");
    this.#failures = 0;
    this.#become("live");
    // What happened between two connections was told to nobody.
    if (this.#heardBefore) this.told.missed();
    this.#heardBefore = true;
  }

  #failed(source) {
    if (source.readyState !== 2) {
      // The browser tries again by itself, as at the end of every stream.
      this.#waits.patience ?? this.#wait("patience", PATIENCE, () => this.#become("lost"));
      return;
    }
    // No stream: the server holds none for us, or the session has ended. The page asks now and again.
    if (this.#now !== null) this.#become("lost");
    else this.told.state("off");
    this.stop();
    this.#later();
  }

  #lose() {
    this.#become("lost");
    this.stop();
    this.#later();
  }

  #later() {
    this.#wait("again", AGAIN[Math.min(this.#failures, AGAIN.length - 1)], () => this.start());
    this.#failures += 1;
  }

  #become(state) {
    if (this.#now === state) return;
    this.#now = state;
    this.told.state(state);
  }

  #wait(name, milliseconds, act) {
    this.#stop(name);
    this.#waits[name] = this.timers.setTimeout(() => {
      delete this.#waits[name];
      act();
    }, milliseconds);
  }

  #stop(name) {
    this.timers.clearTimeout(this.#waits[name]);
    delete this.#waits[name];
  }

  #stopWaiting() {
    for (const name of Object.keys(this.#waits)) this.#stop(name);
  }
}
