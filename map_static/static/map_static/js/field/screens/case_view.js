// An open case on the tablet: where it stands, and the steps that can be taken without a network.
import { el, icon } from "../../dom.js";
import { CategoryGrid, caseFacts } from "../records_case_parts.js";
import { announced } from "../records_case.js";
import { draftsOf, editDraft, stepDraft } from "../records_drafts.js";
import { button, categoryName, field, head, markOnce, once, pictureOf, put } from "../records_parts.js";
import { casesNow, conflictsNow } from "../records_pending.js";
import { PhotoField } from "../records_photos.js";
import { limitOf, stepName } from "../records_reference.js";
import { keepDraft, save } from "../records_save.js";
import { changesOf, needsNote, newEdit, offered, stepBody } from "../records_step.js";
import { isNew } from "../renew.js";

export const name = "case_view";
/** A photo shows what was done, though none has to. */
const SHOWN_WORK = new Set(["finish", "verify"]);
let open = null;
let turn = null;

/**
 * @param {{case?: number, key?: string, step?: string, edit?: boolean}} params a case by its number,
 *   or by its key where it is not sent yet; `step` and `edit` open the form for them.
 */
export async function enter(root, params, app) {
  app.sheet?.set("high");
  const mine = (turn = {});
  const drafts = draftsOf(app);
  const kept = {
    step: params.step ? await drafts.of(stepDraft(params.case, params.step)) : null,
    edit: params.edit ? await drafts.of(editDraft(params.case)) : null,
  };
  if (turn !== mine) return;
  open = new CaseView(root, app, params, kept);
  open.show();
}

export function leave() {
  open?.close();
  open = turn = null;
}

class CaseView {
  constructor(root, app, params, kept) {
    Object.assign(this, { root, app, params, kept });
    this.onChange = ({ detail }) => {
      const { what } = detail;
      // What is being typed is not taken away by what arrives.
      if (!params.step && !params.edit && (what.has("cases") || what.has("operations"))) this.show();
    };
    app.data.addEventListener("change", this.onChange);
  }

  close() {
    this.app.data.removeEventListener("change", this.onChange);
    this.#closeParts();
    this.app.map?.mark(null);
    this.closed = true;
  }

  #closeParts() {
    this.photos?.close();
    this.stopPick?.();
    this.photos = this.stopPick = null;
  }

  /** The case as it is with what is not sent yet; null where it has left the tablet. */
  get record() {
    const { app, params } = this;
    const all = casesNow(app.data.cases(), app.data.operations());
    return all.find((one) => (params.case ? one.id === params.case : one.key === params.key)) ?? this.#sent();
  }

  /** A case that was new here and has got its number meanwhile. */
  #sent() {
    if (!this.params.key) return null;
    const made = this.app.data.operations().find((one) => one.body?.key === this.params.key);
    return this.app.data.cases().find((one) => one.id === made?.result?.case) ?? null;
  }

  show() {
    const { app, params } = this;
    this.#closeParts();
    const { record } = this;
    if (!record) {
      this.shown = null;
      put(this.root, head(app, app.words("field.case.gone")), el("p", {}, app.words("field.case.gone_hint")));
      return;
    }
    markOnce(this, record);
    if (params.step) this.#showStep(record);
    else if (params.edit) this.#showEdit(record);
    else this.#showCase(record);
  }

  #title(record) {
    return `${record.id === null ? "" : `#${record.id} `}${categoryName(this.app, record.category)}`;
  }

  #showCase(record) {
    const { app } = this;
    const conflicts = conflictsNow(app.data.conflicts(), app.data.operations()).filter(
      (one) => one.subject === `case:${record.id}`,
    );
    if (!isNew(this, app.data.reference()?.version, record, conflicts)) return;
    put(
      this.root,
      head(app, this.#title(record)),
      conflicts.map((one) =>
        el(
          "div",
          { class: "error rec-ask" },
          el("p", {}, app.words("field.conflict.here")),
          button(app.words("field.conflict.look"), () => app.show("conflict", { conflict: one.id }), "wide"),
        ),
      ),
      caseFacts(app, record),
      el(
        "div",
        { class: "rec-acts" },
        offered(app.data.reference(), record).map((step, at) => this.#stepButton(record, step, at === 0)),
        record.id !== null &&
          record.steps.includes("edit") &&
          button(
            [icon("pencil"), app.words("field.case.edit")],
            () => this.#go(record, { edit: true }),
            "wide big",
          ),
      ),
    );
  }

  #go(record, more) {
    this.app.show(name, { case: record.id, ...more });
  }

  /** What needs nothing else is recorded with one tap; the rest opens its form. */
  #stepButton(record, step, first) {
    const { app } = this;
    const reference = app.data.reference();
    const label = stepName(reference, step, app.settings.language);
    const kind = first && step !== "note" ? "primary wide big" : "wide big";
    if (needsNote(reference, step) || SHOWN_WORK.has(step)) {
      return button(label, () => this.#go(record, { step }), kind);
    }
    return once(label, () => this.#take(record, step, { note: "", photos: [] }), kind);
  }

  #showStep(record) {
    const { app, params } = this;
    const { step } = params;
    const draftName = stepDraft(record.id, step);
    const draft = this.kept.step ?? { note: "", photos: [] };
    const keep = (changed) => {
      Object.assign(draft, changed);
      told.hidden = true;
      return keepDraft(app, draftName, { ...draft });
    };
    this.photos = new PhotoField(app, draftName, draft.photos, (photos) => keep({ photos }));
    const told = el("p", { class: "error", role: "alert", hidden: true }, app.words("field.case.say_why"));
    const reference = app.data.reference();
    const label = stepName(reference, step, app.settings.language);
    const must = needsNote(reference, step);
    const take = async () => {
      told.hidden = !must || Boolean(draft.note.trim());
      if (!told.hidden) return;
      await this.photos?.settled();
      await this.#take(record, step, draft, draftName);
    };
    put(
      this.root,
      head(app, label),
      el("p", { class: "rec-about" }, pictureOf(app, record.category), el("b", {}, this.#title(record))),
      field(
        app.words(must ? "field.case.note" : "field.case.note_optional"),
        draft.note,
        (note) => keep({ note }),
        {
          rows: 3,
          length: limitOf(reference, "note"),
          hint: app.words("field.case.note_hint"),
          required: must,
        },
      ),
      this.photos.element,
      step === "verify" && el("p", { class: "quiet" }, app.words("field.case.verify_hint")),
      told,
      el("div", { class: "rec-foot" }, once([icon("check"), label], take, "primary wide big")),
    );
  }

  async #take(record, step, draft, draftName = null) {
    const { app } = this;
    const at = step === "verify" ? await app.here.soon() : null;
    const body = stepBody(
      crypto.randomUUID(),
      record,
      step,
      { ...draft, photos: announced(draft.photos) },
      at,
    );
    const saved = await save(app, "case.step", body, {
      draft: draftName,
      photos: draft.photos,
      after: record.after ?? [],
    });
    if (saved && draftName && !this.closed) app.back();
  }

  #showEdit(record) {
    const { app } = this;
    const reference = app.data.reference();
    const draft = this.kept.edit ?? newEdit(record);
    const keep = (changed) => {
      Object.assign(draft, changed);
      return keepDraft(app, editDraft(record.id), { ...draft });
    };
    if (this.choosing) {
      const chosen = (category) => {
        this.choosing = false;
        keep({ category });
        this.kept.edit = draft;
        this.show();
      };
      put(this.root, head(app, app.words("field.case.what")), new CategoryGrid(app, chosen).element);
      return;
    }
    const other = () => {
      this.choosing = true;
      this.kept.edit = draft;
      this.show();
    };
    const place = el("p", { "aria-live": "polite" }, app.words("field.case.place_hint"));
    this.stopPick = app.map?.pick({ lon: draft.lon, lat: draft.lat }, ({ lon, lat }) => {
      keep({ lon, lat });
      place.textContent = app.words("field.case.place_moved");
    });
    put(
      this.root,
      head(app, app.words("field.case.edit_title", { number: record.id })),
      el(
        "p",
        { class: "rec-about" },
        pictureOf(app, draft.category),
        el("b", {}, categoryName(app, draft.category)),
        button(app.words("field.case.other_category"), other),
      ),
      field(app.words("field.case.description"), draft.description, (description) => keep({ description }), {
        rows: 3,
        length: limitOf(reference, "description"),
        hint: app.words("field.case.description_hint"),
      }),
      field(app.words("field.case.whereabouts"), draft.whereabouts, (whereabouts) => keep({ whereabouts }), {
        length: limitOf(reference, "whereabouts"),
      }),
      place,
      el(
        "div",
        { class: "rec-foot" },
        once(
          [icon("check"), app.words("field.case.save_changes")],
          () => this.#edit(record, draft),
          "primary wide big",
        ),
      ),
    );
  }

  async #edit(record, draft) {
    const { app } = this;
    const changes = changesOf(draft);
    if (!Object.keys(changes).length) {
      await draftsOf(app).end(editDraft(record.id));
      if (!this.closed) app.back();
      return;
    }
    const body = { key: crypto.randomUUID(), case: record.id, saw: draft.saw, changes };
    const saved = await save(app, "case.edit", body, { draft: editDraft(record.id) });
    if (saved && !this.closed) app.back();
  }
}
