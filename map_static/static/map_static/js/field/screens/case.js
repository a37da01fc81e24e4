// A case as the worker reports it: what it is by its picture, a photo, the place, and a word.
import { el, icon } from "../../dom.js";
import * as form from "../records_case.js";
import { CategoryGrid, LampField, PlaceField, alikeList } from "../records_case_parts.js";
import { caseDraft, draftsOf } from "../records_drafts.js";
import { button, categoryName, field, head, once, pictureOf, put } from "../records_parts.js";
import { casesNow } from "../records_pending.js";
import { PhotoField } from "../records_photos.js";
import { categoryOf, limitOf } from "../records_reference.js";
import { keepDraft, save } from "../records_save.js";

export const name = "case";
let open = null;
let turn = null;

/**
 * @param {{category?, lamp?, lon?, lat?, whereabouts?, visit?, after?, again?}} params what it
 *   began from: `visit` is the key of a recorded visit, `after` its operation, `again` a refused
 *   operation that is mended.
 */
export async function enter(root, params, app) {
  app.sheet?.set("high");
  const mine = (turn = {});
  const draftName = caseDraft(params);
  const kept = await draftsOf(app).of(draftName);
  const draft = kept ?? (await begin(params, app));
  if (turn !== mine) return;
  open = new CaseForm(root, app, params, draftName, draft);
  open.resumed = kept !== null && form.begun(kept) && draftName === "case";
  open.show();
}

export function leave() {
  open?.close();
  open = turn = null;
}

async function begin(params, app) {
  if (!params.again) return form.newDraft(crypto.randomUUID(), params);
  const refused = app.data.operations().find((one) => one.id === params.again);
  const blobs = await Promise.all(refused.body.photos.map(({ id }) => app.db.get("photos", id)));
  return form.draftAgain(
    refused,
    blobs.filter((row) => row?.blob),
  );
}

class CaseForm {
  constructor(root, app, params, draftName, draft) {
    Object.assign(this, { root, app, params, draftName, draft });
    this.alike = el("section", { class: "rec-alike", "aria-live": "polite" });
    this.label = el("span", {});
    const press = once([icon("check"), this.label], () => this.#press(), "primary wide big");
    this.foot = el("div", { class: "rec-foot" }, press);
    // Of a household's visit, a case knows the building and what is broken, and nothing else.
    this.ofVisit = Boolean(params.visit ?? draft.visit);
    this.onChange = ({ detail }) => detail.what.has("reference") && this.#referenceCame();
    app.data.addEventListener("change", this.onChange);
  }

  show() {
    this.#closeParts();
    // As it was when the form was drawn: what changes under a finger is told by the server.
    this.reference = this.app.data.reference();
    this.choosing = !categoryOf(this.reference, this.draft.category);
    if (this.choosing) this.#showCategories();
    else this.#showForm();
  }

  close() {
    this.app.data.removeEventListener("change", this.onChange);
    this.#closeParts();
    this.photos?.close();
    this.closed = true;
  }

  /** Categories came while one is to be chosen. A form that is being filled in is left as it is. */
  #referenceCame() {
    if (this.choosing) this.show();
  }

  #closeParts() {
    this.place?.close();
    this.lamps?.close();
    this.place = this.lamps = null;
  }

  /** Take a changed draft: keep it, and show what follows from it. */
  async #change(draft, { again = false } = {}) {
    this.draft = draft;
    const kept = keepDraft(this.app, this.draftName, draft);
    if (again) this.show();
    else this.#follow();
    await kept;
  }

  #showCategories() {
    const choose = (code) =>
      this.#change(form.withCategory(this.draft, code, this.reference), { again: true });
    // Who began at a lamp has something to say about lamps.
    const only = ({ lamps }) => this.params.lamp == null || lamps;
    const grid = new CategoryGrid(this.app, choose, only);
    put(this.root, head(this.app, this.app.words("field.case.what")), grid.element);
  }

  #showForm() {
    const { app } = this;
    const words = (key) => app.words(key);
    const { category } = this.draft;
    const change = button(
      words("field.case.other_category"),
      () => this.#change({ ...this.draft, category: null }, { again: true }),
      "",
    );
    const about = el(
      "p",
      { class: "rec-about" },
      pictureOf(app, category),
      el("b", {}, categoryName(app, category)),
      change,
    );
    put(
      this.root,
      head(app, words("field.case.report")),
      this.resumed && this.#resumedLine(),
      about,
      this.alike,
      this.#photoPart(),
      this.#lampPart(),
      this.#placePart(),
      this.#wordsPart(),
      this.foot,
    );
    this.#follow();
  }

  #resumedLine() {
    const { app } = this;
    const anew = async () => {
      await draftsOf(app).drop(this.draftName);
      if (this.closed) return;
      this.resumed = false;
      this.photos?.close();
      this.photos = null;
      this.draft = form.newDraft(crypto.randomUUID(), this.params);
      this.show();
    };
    return el(
      "p",
      { class: "rec-resumed" },
      app.words("field.case.resumed"),
      " ",
      button(app.words("field.case.anew"), anew),
    );
  }

  #photoPart() {
    if (this.ofVisit) return null;
    // One for as long as the form is open: a photo may be on its way while a category is chosen.
    this.photos ??= new PhotoField(this.app, this.draftName, this.draft.photos, (photos) =>
      this.#change({ ...this.draft, photos }),
    );
    return el("section", { "aria-label": this.app.words("field.case.photos") }, this.photos.element);
  }

  #lampPart() {
    if (!categoryOf(this.reference, this.draft.category).lamps) return null;
    this.lamps = new LampField(
      this.app,
      () => this.draft,
      (lamp) => this.#change(form.withLamp(this.draft, lamp)),
    );
    return this.lamps.element;
  }

  #placePart() {
    const taken = (draft) => {
      // A new place has other lamps near it.
      this.#change(draft);
      this.lamps?.show();
    };
    const tapped = this.lamps && ((lamp) => taken(form.withLamp(this.draft, lamp)));
    this.place = new PlaceField(this.app, () => this.draft, taken, tapped);
    return this.place.element;
  }

  #wordsPart() {
    const { app } = this;
    if (this.ofVisit) return el("p", { class: "quiet" }, app.words("field.case.of_visit"));
    const typed = (key) => (text) => this.#change({ ...this.draft, [key]: text });
    return el(
      "section",
      { class: "rec-words" },
      field(app.words("field.case.description"), this.draft.description, typed("description"), {
        rows: 2,
        length: limitOf(this.reference, "description"),
        hint: app.words("field.case.description_hint"),
      }),
      field(app.words("field.case.whereabouts"), this.draft.whereabouts, typed("whereabouts"), {
        length: limitOf(this.reference, "whereabouts"),
      }),
    );
  }

  /** What depends on all the answers: similar cases, and whether it can be saved. */
  #follow() {
    if (this.closed) return;
    const { app, draft } = this;
    const cases = casesNow(app.data.cases(), app.data.operations());
    this.#showAlike(draft.instead ? [] : form.alike(cases, draft));
    this.place?.show();
    const [first] = form.missing(draft, this.reference);
    this.label.textContent = app.words(first ? `field.case.missing_${first}` : "field.case.save");
  }

  /** Nothing is rebuilt under a finger while it is the same. */
  #showAlike(found) {
    const shown = found.map(({ of }) => of.id).join();
    if (shown === this.alikeShown) return;
    this.alikeShown = shown;
    this.alike.replaceChildren(...alikeList(this.app, found, (record) => this.#confirm(record)));
  }

  /** Saves, or leads to what is missing. */
  async #press() {
    await this.photos?.settled();
    if (this.choosing) return null;
    const [first] = form.missing(this.draft, this.reference);
    if (!first) return this.#save();
    if (this.closed) return null;
    const part = first === "lamp" ? this.lamps.element : this.place.element;
    part.scrollIntoView({ block: "center" });
    return part.querySelector("input, button:not([hidden])")?.focus();
  }

  async #save() {
    const { app } = this;
    const draft = { ...this.draft, patrol: app.walk?.patrol ?? null };
    const saved = await save(app, "case.report", form.reportBody(draft, this.reference), {
      draft: this.draftName,
      photos: draft.photos,
      after: this.params.after ? [this.params.after] : [],
      refused: draft.instead,
    });
    // Who went back while photos were waited for is elsewhere already.
    if (saved && !this.closed) app.back();
  }

  async #confirm(record) {
    await this.photos?.settled();
    const body = form.confirmBody(this.draft.key, record.id, this.draft);
    const saved = await save(this.app, "case.confirm", body, {
      draft: this.draftName,
      photos: this.draft.photos,
    });
    if (saved && !this.closed) this.app.back();
  }
}
