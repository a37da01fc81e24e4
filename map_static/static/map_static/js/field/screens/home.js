// The first screen: Start under the thumb, and what there is to do.
import { el, icon } from "../../dom.js";
import { CannotStart } from "../recorder.js";
import { renew } from "../renew.js";
import { todo } from "../to_do.js";

export const name = "home";
let stop = () => {};

export function enter(root, _params, app) {
  const { walk } = app;
  if (["recording", "paused", "ending"].includes(walk.state)) return app.show("walk", {}, { replace: true });
  const list = el("ul", { class: "to-do" });
  const draw = () => {
    renew(list, ...counts(app));
    renew(root, ...parts(app, list));
  };
  // The other tab was closed: this one may have taken up its walk.
  const state = () => (walk.patrol ? app.show("walk", {}, { replace: true }) : draw());
  draw();
  walk.addEventListener("state", state);
  app.data.addEventListener("change", draw);
  app.told.addEventListener("change", draw);
  stop = () => {
    app.told.removeEventListener("change", draw);
    walk.removeEventListener("state", state);
    app.data.removeEventListener("change", draw);
  };
  return undefined;
}

export function leave() {
  stop();
}

function parts(app, list) {
  const { words } = app;
  const noMap = !app.data.ground();
  return [
    el("h1", { class: "hidden" }, words("field.walk.home")),
    app.walk.state === "elsewhere" && el("p", { class: "hint" }, words("field.walk.elsewhere")),
    noMap && el("p", { class: "hint" }, words("field.walk.no_map_yet")),
    startPart(app),
    toldPart(app),
    list,
    lastWalk(app),
  ].filter(Boolean);
}

function startPart(app) {
  const { words } = app;
  const begin = (mode) => start(app, mode);
  const off = app.walk.state !== "idle";
  return el(
    "div",
    { class: "walk-start-part" },
    el(
      "button",
      { type: "button", class: "button primary big start", disabled: off, onclick: () => begin("foot") },
      icon("play"),
      words("field.walk.start"),
    ),
    el(
      "button",
      { type: "button", class: "button start-cycle", disabled: off, onclick: () => begin("cycle") },
      words("field.walk.start_cycle"),
    ),
  );
}

/** What the member has not seen yet; the pages about it open beside the app. */
function toldPart(app) {
  const { words } = app;
  if (!app.told.rows.length) return null;
  const seen = async (one) => {
    if (!(await app.told.seen(one))) app.notice(words("field.told.not_noted"), { kind: "error", key: "told" });
  };
  const row = (one) => {
    const id = `told-${one.about}-${one.id}`;
    return el(
      "li",
      {},
      el("a", { id, href: one.page, target: "_blank", rel: "noopener" }, one.text),
      el(
        "button",
        { type: "button", class: "button", "aria-describedby": id, onclick: () => seen(one) },
        words("field.told.seen"),
      ),
    );
  };
  return el(
    "section",
    { class: "told-list", "aria-labelledby": "told" },
    el("h2", { id: "told" }, words("field.told.title")),
    el("ul", {}, ...app.told.rows.map(row)),
  );
}

async function start(app, mode) {
  const { words } = app;
  try {
    await app.walk.start({ mode });
  } catch (error) {
    if (error instanceof CannotStart) app.notice(words(`field.walk.cannot.${error.code}`), { kind: "error" });
    // A full tablet was told by app.record.
    else if (error.code !== "storage_full") throw error;
  }
}

function counts(app) {
  const { words } = app;
  const { visits, cases, lamps, overdueMetres } = todo(app);
  const row = (symbol, text, act, urgent = false) =>
    el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: `to-do-row${urgent ? " urgent" : ""}`, onclick: act },
        icon(symbol),
        el("span", {}, text),
        icon("forward"),
      ),
    );
  const overdue = overdueMetres
    ? words("field.next.metres_overdue", { metres: app.say.metres(overdueMetres) })
    : words("field.next.nothing_overdue");
  return [
    row("next", `${words("field.next.title")} · ${overdue}`, () => app.show("next"), overdueMetres > 0),
    row("person", words("field.walk.visits_due", { n: visits }), () => app.show("visits")),
    row("flag", words("field.walk.cases_open", { n: cases }), () => app.show("next", { what: "case" })),
    row("bulb-lit", words("field.walk.lamps_to_check", { n: lamps }), () => app.show("next", { what: "lamp" })),
    row("plus", words("field.walk.new_case"), () => app.show("case")),
  ];
}

function lastWalk(app) {
  const walk = app.walks?.[0];
  if (!walk) return null;
  const metres = app.say.metres(walk.result.metres.covered);
  const text = app.words("field.walk.last", { metres, when: app.say.ago(walk.endedAt) });
  const open = () => app.show("end", { patrol: walk.patrol });
  return el(
    "button",
    { type: "button", class: "button wide", "data-key": walk.patrol, onclick: open },
    text,
  );
}
