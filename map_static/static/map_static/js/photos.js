// The photos of a form: shown as they are chosen, made smaller, and sent ahead of the form, which
// then names them in fields called "kept". A connection that breaks in between loses nothing: the
// page has not been left. Without this script the form sends the files itself.
import { el } from "./dom.js";
import { smaller } from "./smaller.js";

/** A sentence for a person: why a photo was not taken in. */
class Refused extends Error {}

/** Send one photo; gives what the form names it by. `progress` is told a share 0..1. */
function send(address, file, { token, progress, signal, offline }) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append("photo", file, file.name);
    // fetch() does not tell how far it is.
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("X-CSRFToken", token);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / total));
    request.addEventListener("load", () => {
      const { id, error } = request.response ?? {};
      if (id) resolve(id);
      else reject(new Refused(error?.message ?? offline));
    });
    request.addEventListener("error", () => reject(new Refused(offline)));
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(body);
  });
}

/** The field of photos of one form; tells the form "photos" when there are more or fewer. */
class Photos {
  /** Files that are still to be sent, by the picture that shows them: promises. */
  #waiting = new Map();
  #busy = false;

  constructor(field) {
    this.field = field;
    this.form = field.closest("form");
    this.said = field.dataset;
    this.list = field.querySelector(".pictures");
    this.problem = field.querySelector(".error");
    for (const item of this.list.children) this.#removable(item);
    for (const input of field.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => this.#take(input));
    }
    this.form.addEventListener("submit", (event) => this.#submit(event));
  }

  #tell(sentence = "") {
    this.problem.textContent = sentence;
    this.problem.hidden = !sentence;
  }

  async #take(input) {
    const files = [...input.files];
    // They are ours now: the form is not to send them as well.
    input.value = "";
    const many = this.list.children.length + files.length > Number(this.said.most);
    this.#tell(many ? this.said.tooMany : "");
    if (!many) await Promise.all(files.map((file) => this.#add(file)));
  }

  async #add(original) {
    const image = el("img", { alt: original.name, width: 96, height: 96 });
    const item = el("li", { "aria-busy": "true" }, image);
    this.#removable(item);
    this.#waiting.set(item, smaller(original));
    this.list.append(item);
    this.#changed();
    const file = await this.#waiting.get(item);
    item.removeAttribute("aria-busy");
    if (file.size > Number(this.said.mostBytes)) {
      this.#remove(item);
      this.#tell(this.said.tooLarge);
      return;
    }
    image.src = URL.createObjectURL(file);
  }

  #removable(item) {
    const label = this.said.remove;
    const remove = el("button", { type: "button", class: "button", "aria-label": label }, "×");
    remove.addEventListener("click", () => {
      this.#tell();
      this.#remove(item);
      this.field.querySelector("input[type=file]").focus();
    });
    item.append(remove);
  }

  #remove(item) {
    URL.revokeObjectURL(item.querySelector("img").src);
    this.#waiting.delete(item);
    item.remove();
    this.#changed();
  }

  #changed() {
    this.form.dispatchEvent(new CustomEvent("photos"));
  }

  async #submit(event) {
    const { submitter: button } = event;
    const offline = !navigator.onLine;
    if (!this.#busy && !offline && !this.#waiting.size) return this.#leave(button);
    event.preventDefault();
    if (this.#busy) return undefined;
    const place = button ?? this.field.lastElementChild;
    this.form.querySelector(".not-sent")?.remove();
    const sorry = (sentence) => place.before(el("p", { class: "error not-sent", role: "alert" }, sentence));
    if (offline) return sorry(this.said.offline);
    this.#busy = true;
    try {
      await this.#sendAll(place);
    } catch (error) {
      if (error instanceof Refused) sorry(error.message);
      else if (error.name !== "AbortError") throw error;
      return undefined;
    } finally {
      this.#busy = false;
    }
    return this.form.requestSubmit(button);
  }

  /** Send what waits, one after the other, so that each that arrived stays. */
  async #sendAll(place) {
    const given = new AbortController();
    const words = el("span", {});
    const bar = el("progress", { max: 1, value: 0 });
    const stop = el("button", { type: "button", class: "button" }, this.said.stop);
    stop.addEventListener("click", () => given.abort());
    const line = el("div", { class: "sending", role: "status" }, words, bar, stop);
    place.before(line);
    const all = this.#waiting.size;
    let sent = 0;
    try {
      for (const [item, ready] of [...this.#waiting]) {
        words.textContent = this.said.sending.replace("{n}", sent + 1).replace("{all}", all);
        const file = await ready;
        given.signal.throwIfAborted();
        // Removed meanwhile.
        if (!this.#waiting.has(item)) continue;
        const id = await send(this.said.photos, file, {
          token: this.form.elements.csrfmiddlewaretoken.value,
          progress: (share) => { bar.value = (sent + share) / all; },
          signal: given.signal,
          offline: this.said.offline,
        });
        item.prepend(el("input", { type: "hidden", name: "kept", value: id }));
        this.#waiting.delete(item);
        sent += 1;
      }
    } finally {
      line.remove();
    }
  }

  /** The form goes now; pressed twice, it goes once. */
  #leave(button) {
    this.#busy = true;
    const words = button?.textContent;
    if (button?.dataset.sending) button.textContent = button.dataset.sending;
    // Back from the next page, the browser may show this one as it was left.
    addEventListener("pageshow", () => {
      this.#busy = false;
      if (button) button.textContent = words;
    }, { once: true });
  }
}

for (const field of document.querySelectorAll("[data-photos]")) new Photos(field);
