// Photos of a record: taken with the camera, made smaller on the tablet, shown and taken away again.
import { el, icon } from "../dom.js";
import { smaller } from "../smaller.js";
import { sha256 } from "./operations.js";
import { limitOf } from "./records_reference.js";

/** A file is no picture that this browser can read. */
export class NotReadable extends Error {}

/**
 * A photo ready to be recorded: {id, blob, sha256, bytes, type}. The blob is made anew from pixels:
 * it has no position, time or device in it. Raises NotReadable.
 */
export async function photoOf(file) {
  const blob = await smaller(file);
  // What could not be read comes back as it was, with all that the camera wrote into it.
  if (blob === file) throw new NotReadable(file.name);
  return { id: crypto.randomUUID(), blob, sha256: await sha256(blob), bytes: blob.size, type: blob.type };
}

/**
 * The photos of a form: a big button for the camera, and each photo to look at or take away.
 * `changed(photos)` is called with the new list; `draft` names the draft that they are kept in.
 */
export class PhotoField {
  #addresses = [];
  #taking = Promise.resolve();

  constructor(app, draft, photos, changed) {
    this.app = app;
    this.draft = draft;
    this.photos = photos;
    this.changed = changed;
    this.most = limitOf(app.data.reference(), "photos");
    this.list = el("ul", { class: "rec-photos" });
    this.told = el("p", { class: "error", role: "alert", hidden: true });
    this.input = el("input", {
      type: "file",
      accept: "image/*",
      capture: "environment",
      class: "hidden",
      onchange: () => this.#taken(),
    });
    this.label = el("span", {});
    this.button = el("label", { class: "button wide rec-camera" }, icon("camera"), this.label, this.input);
    this.element = el("div", { class: "rec-photo-field" }, this.list, this.button, this.told);
    this.#show();
  }

  /** Resolves when no photo is being made smaller any more: what is saved before goes without it. */
  settled() {
    return this.#taking;
  }

  /** Lets go of what the previews hold. */
  close() {
    this.#addresses.forEach((address) => URL.revokeObjectURL(address));
    this.#addresses = [];
  }

  /** One after the other: a second is often taken before the first is made smaller. */
  #taken() {
    const files = [...this.input.files];
    this.input.value = "";
    this.#taking = this.#taking.then(() => this.#take(files));
  }

  async #take(files) {
    this.told.hidden = true;
    this.element.setAttribute("aria-busy", "true");
    try {
      for (const file of files.slice(0, this.most - this.photos.length)) {
        const photo = await photoOf(file);
        // As they are now: one may have been taken away meanwhile.
        this.photos = [...this.photos, photo];
      }
      await this.changed(this.photos);
    } catch (error) {
      this.told.textContent = this.app.words(
        error instanceof NotReadable ? "field.photo.unreadable" : "field.storage_full",
      );
      this.told.hidden = false;
    }
    this.element.removeAttribute("aria-busy");
    this.#show();
  }

  async #remove(id) {
    this.photos = this.photos.filter((photo) => photo.id !== id);
    await this.changed(this.photos);
    this.#show();
    this.input.focus();
  }

  #show() {
    this.close();
    const words = (key, values) => this.app.words(key, values);
    this.list.replaceChildren(
      ...this.photos.map((photo, at) => {
        const address = URL.createObjectURL(photo.blob);
        this.#addresses.push(address);
        const number = { n: at + 1 };
        const open = () => this.app.show("photo", { draft: this.draft, photo: photo.id });
        return el(
          "li",
          {},
          el(
            "button",
            {
              type: "button",
              class: "rec-photo",
              "aria-label": words("field.photo.look", number),
              onclick: open,
            },
            el("img", { src: address, alt: "", width: 96, height: 96 }),
          ),
          el(
            "button",
            {
              type: "button",
              class: "icon-button rec-photo-away",
              "aria-label": words("field.photo.remove", number),
              onclick: () => this.#remove(photo.id),
            },
            icon("close"),
          ),
        );
      }),
    );
    this.label.textContent = words(this.photos.length ? "field.photo.another" : "field.photo.take");
    this.button.hidden = this.photos.length >= this.most;
  }
}
