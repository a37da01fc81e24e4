// A visit at a door: the checklist with big answers, or one tap where nobody opened.
import { el, icon } from "../../dom.js";
import { draftsOf, visitDraft } from "../records_drafts.js";
import { button, choices, head, once, put } from "../records_parts.js";
import { answersTo, categoryOf, checklistOf, named } from "../records_reference.js";
import { keepDraft, save } from "../records_save.js";
import { calling, localMoment, newVisit, suits, unanswered, visitBody } from "../records_visit.js";
import { windowsText } from "../records_visit_parts.js";

export const name = "visit";
const WITHOUT_ANSWERS = ["nobody_home", "declined"];
let turn = null;
let map = null;
/** What a visit made here calls for, by its operation: the visit itself leaves the tablet. */
const followUps = new Map();

/** @param {{visit: string, again?: string, made?: string}} params `again`: a refused record of this
 *   visit that is mended; `made`: the operation that recorded it, whose follow-up is shown */
export async function enter(root, params, app) {
  app.sheet?.set("high");
  const mine = (turn = {});
  map = app.map;
  if (followUps.has(params.made)) {
    showFollowUp(root, app, followUps.get(params.made));
    return;
  }
  const operations = app.data.operations();
  const visit = app.data.visits().find((one) => one.id === params.visit);
  if (!visit) {
    put(root, head(app, app.words("field.visit.gone")), el("p", {}, app.words("field.visit.gone_hint")));
    return;
  }
  const refused = params.again ? operations.find((one) => one.id === params.again) : null;
  const kept = await draftsOf(app).of(visitDraft(visit.id));
  if (turn !== mine) return;
  const draft = kept ?? newVisit(refused?.body.key ?? crypto.randomUUID(), visit);
  if (refused && !kept) draft.answers = { ...refused.body.answers };
  new VisitForm(root, app, visit, draft, params.again ?? null, () => turn === mine).show();
}

export function leave() {
  map?.mark(null);
  turn = map = null;
}

const title = (app, visit) =>
  visit.door ? app.words("field.visit.door", { address: visit.address, door: visit.door }) : visit.address;

class VisitForm {
  /** `isOpen()` says whether the form is still what the screen shows. */
  constructor(root, app, visit, draft, refused, isOpen) {
    Object.assign(this, { root, app, visit, draft, refused, isOpen });
    this.reference = app.data.reference();
    this.checklist = checklistOf(this.reference, visit.checklist) ?? { items: [] };
  }

  show() {
    const { app, visit } = this;
    const { timeZone } = app.settings;
    const { weekday, clock } = localMoment(app.now(), timeZone);
    const suitsNow = suits(visit.windows, weekday, clock);
    this.told = el("p", { class: "error", role: "alert", hidden: true });
    if (visit.lon != null) app.map?.mark({ lon: visit.lon, lat: visit.lat });
    put(
      this.root,
      head(app, title(app, visit)),
      el(
        "p",
        { class: suitsNow ? "quiet" : "rec-late" },
        app.words("field.visit.planned", { day: app.say.day(visit.planned_for) }),
        ` · ${windowsText(app, visit.windows)}`,
      ),
      el(
        "div",
        { class: "rec-two" },
        WITHOUT_ANSWERS.map((state) =>
          once(app.words(`field.visit.${state}`), () => this.#save(state), "wide big"),
        ),
      ),
      this.checklist.items.map((item) => this.#question(item)),
      this.told,
      el(
        "div",
        { class: "rec-foot" },
        once([icon("check"), app.words("field.visit.done")], () => this.#done(), "primary wide big"),
      ),
    );
  }

  #question(item) {
    const { app, reference } = this;
    const { language } = app.settings;
    const text = named(item.text, language);
    const options = answersTo(reference, item).map(({ value, name: said, calls }) => ({
      value,
      text: named(said, language),
      kind: calls ? "is-calling" : "is-fine",
    }));
    const answer = (value) => {
      this.draft = { ...this.draft, answers: { ...this.draft.answers, [item.key]: value } };
      this.told.hidden = true;
      keepDraft(app, visitDraft(this.visit.id), this.draft);
    };
    return el(
      "section",
      { class: "rec-question", "data-question": item.key },
      el(
        "h2",
        {},
        text,
        !item.must && el("span", { class: "quiet" }, ` ${app.words("field.visit.may_stay_open")}`),
      ),
      choices(text, options, this.draft.answers[item.key], answer),
    );
  }

  /** Saves what was answered, or leads to the first question that must be. */
  async #done() {
    const [first] = unanswered(this.checklist, this.draft.answers);
    if (!first) {
      await this.#save("done");
      return;
    }
    const open = unanswered(this.checklist, this.draft.answers).length;
    this.told.textContent = this.app.words("field.visit.unanswered", { n: open });
    this.told.hidden = false;
    const question = this.root.querySelector(`[data-question="${first}"]`);
    question.scrollIntoView({ block: "center" });
    question.querySelector("input")?.focus();
  }

  async #save(state) {
    const { app, visit } = this;
    const body = visitBody(this.draft, visit, state, this.checklist);
    const saved = await save(app, "visit.record", body, {
      draft: visitDraft(visit.id),
      refused: this.refused,
    });
    if (!saved) return;
    const called = calling(this.reference, this.checklist, body.answers).filter((item) =>
      categoryOf(this.reference, item.category),
    );
    if (called.length) {
      followUps.set(saved.id, { visit, called, key: body.key, operation: saved.id });
    }
    // Who went back meanwhile is elsewhere already.
    if (!this.isOpen()) return;
    if (!called.length) app.back();
    else app.show("visit", { visit: visit.id, made: saved.id }, { replace: true });
  }
}

/** What the answers call for can be reported at once; the case says nothing about the household. */
function showFollowUp(root, app, { visit, called, key, operation }) {
  const report = (item) =>
    app.show("case", {
      visit: key,
      after: operation,
      category: item.category,
      lon: visit.lon,
      lat: visit.lat,
      whereabouts: visit.address,
    });
  const isReported = (item) =>
    app.data
      .operations()
      .some(
        ({ kind, body }) => kind === "case.report" && body.visit === key && body.category === item.category,
      );
  put(
    root,
    head(app, app.words("field.visit.made")),
    el("p", {}, app.words("field.visit.follow_up")),
    el(
      "div",
      { class: "rec-acts" },
      called.map((item) => {
        const text = named(item.text, app.settings.language);
        const done = isReported(item);
        return button([done && icon("check"), text].filter(Boolean), () => report(item), "wide big", {
          disabled: done,
        });
      }),
      button(app.words("field.visit.no_report"), () => app.back(), "primary wide big"),
    ),
  );
}
