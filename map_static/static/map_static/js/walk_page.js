// The panel's page of a planned walk: what is asked for, and what came of it.
import { bar, byId, el, icon, present } from "./dom.js";
import { head, showPage } from "./pages.js";
import { MOST_MINUTES } from "./state.js";
import { count, dayName, metres, share, t } from "./words.js";

const USUAL_MINUTES = [20, 40, 60, 90];

/** Made once; afterwards only what differs is changed, so that the focus stays where it is. */
export class WalkPage {
  /** `on` is told what the reader does: close, here, middle, pick, minutes, within, back, clear. */
  constructor(on) {
    this.on = on;
    this.start = el("p", { class: "walk-start", "aria-live": "polite" });
    const button = (label, name, act) =>
      el("button", { type: "button", class: "button", onclick: act }, icon(name), label);
    this.starts = el(
      "div",
      { class: "walk-buttons" },
      button(t("walk.my_position"), "locate", on.here),
      button(t("walk.middle"), "target", on.middle),
    );
    this.another = button(t("walk.another"), "target", on.pick);
    this.chips = USUAL_MINUTES.map((n) =>
      el("button", { type: "button", "data-minutes": n, onclick: () => on.minutes(n) }, String(n)),
    );
    this.number = el("input", { type: "number", id: "walk-minutes", min: 1, max: MOST_MINUTES, required: true });
    this.number.addEventListener("change", () => {
      if (this.number.reportValidity()) on.minutes(this.number.valueAsNumber);
    });
    this.within = el("select", { id: "walk-within" });
    this.within.addEventListener("change", () => on.within(this.within.value));
    this.back = el("input", { type: "checkbox" });
    this.back.addEventListener("change", () => on.back(this.back.checked));
    this.then = el("p", { class: "hint" });
    this.result = el("section", { id: "walk-result" });
    // Read aloud instead of the whole list of turns.
    this.status = el("p", { class: "hidden", role: "status" });
    byId("walk-page").replaceChildren(
      el("div", { class: "column" }, head(t("walk.title"), on.close), this.#form(), this.status),
      this.result,
    );
  }

  #form() {
    const chips = el("div", { class: "choice", role: "group", "aria-label": t("walk.minutes_label") }, this.chips);
    return el(
      "form",
      { class: "walk-form", onsubmit: (event) => event.preventDefault() },
      this.then,
      el("div", { class: "walk-head" }, this.start, this.another),
      this.starts,
      el(
        "div",
        { class: "walk-minutes" },
        chips,
        this.number,
        el("label", { for: "walk-minutes" }, t("walk.minutes_label")),
      ),
      el("label", { class: "hidden", for: "walk-within" }, t("walk.within")),
      this.within,
      el("label", { class: "walk-back" }, this.back, el("span", {}, t("walk.back"))),
    );
  }

  /** What is asked for: `walk` as in the state or null, the start in words, areas to choose, and
   * the past day that the map shows, or null. */
  show(walk, { minutes, picking, start, choices, day }) {
    const placed = walk?.lon != null;
    this.start.textContent = picking ? t("walk.pick") : t("walk.start", { name: start });
    this.then.hidden = !day;
    this.then.textContent = day ? t("walk.not_then", { day: dayName(day) }) : "";
    this.starts.hidden = !picking;
    this.another.hidden = picking;
    for (const chip of this.chips) {
      chip.setAttribute("aria-pressed", String(Number(chip.dataset.minutes) === minutes));
    }
    this.number.value = String(minutes);
    this.within.replaceChildren(...choices.map(({ value, label }) => el("option", { value }, label)));
    const within = walk?.streets.length ? "streets" : walk?.areas.join(".");
    this.within.value = within ?? choices[0]?.value ?? "";
    this.within.disabled = !walk;
    this.back.checked = Boolean(walk?.back);
    this.back.disabled = !placed;
  }

  open() {
    showPage("walk-page");
    byId("walk-page").focus({ preventScroll: true });
  }

  showNothing() {
    this.result.removeAttribute("aria-busy");
    this.result.replaceChildren();
  }

  /** The figures of the walk before stay, dimmed; without them grey shapes hold their place. */
  showBusy() {
    this.result.setAttribute("aria-busy", "true");
    this.status.textContent = t("walk.planning");
    if (this.result.querySelector(".turns")) return;
    const shapes = ["big", "", "row", "row"].map((kind) => el("div", { class: `skeleton ${kind}` }));
    this.result.replaceChildren(el("p", { class: "quiet" }, t("walk.planning")), ...shapes, this.#clear());
  }

  showProblem(sentence, retry) {
    this.status.textContent = sentence;
    this.result.removeAttribute("aria-busy");
    this.result.replaceChildren(
      el(
        "div",
        { class: "empty" },
        el("p", {}, sentence),
        retry && el("button", { type: "button", class: "button", onclick: retry }, t("state.retry")),
        this.#clear(),
      ),
    );
  }

  /**
   * The walk's figures and turns; `shares` are those overdue {before, after}, where known, `chosen`
   * whether it is over streets that were chosen, overdue or not.
   */
  showPlan(plan, { shares, chosen, gpx, choose }) {
    const [walk] = plan.walks;
    const parts = [
      el(
        "p",
        { class: "headline" },
        el("strong", {}, count("unit.minutes", Math.round(walk.minutes))),
        " ",
        el("span", {}, metres(walk.metres)),
      ),
      bar(plan.closes_metres / plan.open_metres),
      el(
        "p",
        { class: "quiet walk-closes" },
        t(chosen ? "walk.chosen" : "walk.closes", { closes: metres(plan.closes_metres), open: metres(plan.open_metres) }),
      ),
      shares &&
        el(
          "p",
          { class: "quiet" },
          t("walk.shares", {
            names: plan.names.join(t("list.comma")),
            before: share(shares.before),
            after: share(shares.after),
          }),
        ),
      plan.unreachable_metres > 0 &&
        el("p", { class: "hint" }, t("walk.unreachable", { metres: metres(plan.unreachable_metres) })),
      el(
        "div",
        { class: "walk-buttons" },
        el("a", { class: "button primary", href: gpx, download: "" }, icon("download"), t("walk.gpx")),
        this.#clear(),
      ),
      el("ol", { class: "turns" }, walk.turns.map((turn, number) => turnRow(turn, number, choose))),
    ];
    this.status.textContent = parts[0].textContent;
    const first = !this.result.querySelector(".turns");
    this.result.removeAttribute("aria-busy");
    this.result.replaceChildren(...present(parts));
    // In a low sheet the answer lies below what was asked.
    const [page, headline] = [byId("walk-page"), this.result.firstElementChild].map((of) => of.getBoundingClientRect());
    if (first && headline.bottom > page.bottom) this.result.scrollIntoView({ block: "start" });
  }

  #clear() {
    return el("button", { type: "button", class: "button", onclick: this.on.clear }, icon("close"), t("walk.clear"));
  }

  markTurn(number) {
    for (const [nth, row] of [...this.result.querySelectorAll(".turn")].entries()) {
      if (nth === number) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (nth === number) row.scrollIntoView({ block: "nearest" });
    }
  }
}

function turnRow(turn, number, choose) {
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "turn", onclick: () => choose(number) },
      el("span", { class: "turn-number" }, String(number + 1)),
      // A number and its unit stay on one line.
      el("span", {}, turn.sentence.replace(/(\d) (\S+)$/, "$1\u202f$2")),
    ),
  );
}
