// A draft being edited: one edit after the other goes to the server, which alone knows the cells.
// An edit that could not be sent is kept, told, and survives a reload. Pure but for what it is
// given: `ask(method, path, content)` throws errors with a `code`, `store` is like localStorage.

export const SAVED = "saved";
export const SENDING = "sending";
export const OFFLINE = "offline";
export const STALE = "stale";

export class Draft {
  #ask;
  #store;
  #changed;
  #queue = Promise.resolve();
  #shown = null;

  /** `changed(draft, {anew})` is called whenever the state or (then `anew`) the answer is another. */
  constructor(id, { ask, store, changed }) {
    this.id = id;
    this.#ask = ask;
    this.#store = store;
    this.#changed = changed;
    this.answer = null;
    this.state = SAVED;
    /** What was not answered yet: {path, content}, or null. */
    this.waiting = null;
    /** Whether the answer was fetched after the draft turned out to be stale. */
    this.fresh = false;
  }

  get #kept() {
    return `gridwalk-draft-${this.id}`;
  }

  /** Fetch the draft as the server has it; an edit kept from before is there as `waiting`. */
  async load() {
    this.answer = await this.#ask("GET", `divisions/${this.id}/`);
    const kept = JSON.parse(this.#store.getItem(this.#kept) ?? "null");
    this.waiting = kept;
    this.fresh = true;
    if (!kept) this.#tell(SAVED);
    else this.#tell(kept.content.revision === this.answer.revision ? OFFLINE : STALE);
    return this;
  }

  /** Send an edit. Gives whether it was taken; throws what the server refuses it for. */
  edit(edit) {
    return this.#send("edits/", { edit });
  }

  undo() {
    return this.#send("undo/", {});
  }

  redo() {
    return this.#send("redo/", {});
  }

  /** Send again what waits, on what the draft is by now. */
  again() {
    if (!this.waiting) return Promise.resolve(false);
    const { path, content } = this.waiting;
    return this.#send(path, content, { key: content.key, again: true });
  }

  /** Give up what waits: load anew. */
  giveUp() {
    this.#keep(null);
    return this.load();
  }

  // Two edits at once would make one of them stale: they go one after the other.
  #send(path, content, { again = false, key = crypto.randomUUID() } = {}) {
    const sent = this.#queue.then(() => {
      if (this.waiting && !again) {
        // What waits goes first: a later edit may build on it. On a draft that somebody else
        // changed it may mean nothing any more: who has seen that and goes on has let it go.
        const passed = this.state === STALE && this.fresh;
        if (!passed) {
          this.#tell(this.state);
          return false;
        }
      }
      return this.#sendNow(path, { ...content, key, revision: this.answer.revision });
    });
    this.#queue = sent.catch(() => {});
    return sent;
  }

  async #sendNow(path, content) {
    this.#keep({ path, content });
    this.#tell(SENDING);
    try {
      this.answer = await this.#ask("POST", `divisions/${this.id}/${path}`, content);
    } catch (error) {
      if (error.code === "offline" || error.code === "sign_in_required") {
        this.#tell(OFFLINE);
        if (error.code === "offline") return false;
      } else if (error.code === "stale_draft") {
        this.fresh = false;
        this.#tell(STALE);
        return false;
      } else {
        this.#keep(null);
        this.#tell(SAVED);
      }
      throw error;
    }
    this.#keep(null);
    this.#tell(SAVED);
    return true;
  }

  #keep(waiting) {
    this.waiting = waiting;
    if (waiting) this.#store.setItem(this.#kept, JSON.stringify(waiting));
    else this.#store.removeItem(this.#kept);
  }

  #tell(state) {
    const shown = this.#shown;
    this.state = state;
    this.#shown = this.answer;
    this.#changed(this, { anew: shown !== this.answer });
  }
}
