// After a walk: what it brought, what is still open, and whether anything was wrong.
import { el, icon } from "../../dom.js";
import { openStreets } from "../to_do.js";

export const name = "end";
const MOST_STREETS = 30;
let shown = null;
let turn = null;

export async function enter(root, { patrol }, app) {
  const mine = (turn = {});
  const walk = await app.walk.store.get(patrol);
  if (turn !== mine) return;
  if (!walk?.result) {
    app.show("home", {}, { replace: true });
    return;
  }
  shown = app.map;
  shown.follow(false);
  const draw = (now) => turn === mine && root.replaceChildren(...parts(app, now, draw));
  draw(walk);
}

export function leave() {
  shown?.mark(null);
  shown = turn = null;
}

function parts(app, walk, draw) {
  const { words } = app;
  const { result } = walk;
  return [
    el("h1", { class: "walk-state ended" }, words("field.walk.ended")),
    el("dl", { class: "figures-row" }, ...figures(app, walk)),
    nothingWrong(app, walk, draw),
    ...notes(app, result).map((text) => el("p", { class: "hint" }, text)),
    ...openPart(app),
    el(
      "button",
      { type: "button", class: "button wide", onclick: () => app.show("home", {}, { replace: true }) },
      words("field.walk.to_home"),
    ),
  ];
}

function figures({ words, say }, { activeMs, result }) {
  const figure = (value, key) =>
    el("div", { class: "figure" }, el("dd", {}, value), el("dt", {}, words(key)));
  return [
    figure(say.metres(result.metres.covered), "field.walk.metres"),
    figure(say.metres(result.newMetres), "field.walk.new_metres"),
    figure(say.duration(activeMs), "field.walk.time"),
    figure(say.number(result.buildings), "field.walk.buildings"),
  ];
}

function nothingWrong(app, walk, draw) {
  const { words } = app;
  if (walk.nothingWrong) return el("p", { class: "good" }, icon("check"), words("field.walk.said_nothing_wrong"));
  const say = async () => draw(await app.walk.nothingWrong(walk.patrol));
  return el(
    "button",
    { type: "button", class: "button primary big", onclick: say },
    icon("check"),
    words("field.walk.nothing_wrong"),
  );
}

/** What was not recorded, or not counted. */
function notes({ words, say }, { gaps, dropped, fixes, metres }) {
  const found = [];
  if (!fixes) found.push(words("field.walk.no_fixes"));
  if (gaps.length) {
    const longest = gaps.slice(0, 3).map(({ from, to }) => `${say.clock(from)}–${say.clock(to)}`);
    found.push(words("field.walk.gaps", { n: gaps.length, times: longest.join(", ") }));
  }
  const lost = Object.values(dropped).reduce((sum, n) => sum + n, 0);
  if (lost) found.push(words("field.walk.dropped", { n: lost }));
  if (metres.offStreet >= 50) {
    found.push(words("field.walk.off_street", { metres: say.metres(metres.offStreet) }));
  }
  return found;
}

function openPart(app) {
  const { words, say } = app;
  const open = openStreets(app);
  if (!open.length) return [el("p", { class: "good" }, words("field.walk.nothing_open"))];
  const metres = open.reduce((sum, street) => sum + street.metres, 0);
  const more = open.length - MOST_STREETS;
  return [
    el("h2", {}, words("field.walk.still_open", { metres: say.metres(metres) })),
    el("ul", { class: "open-streets" }, ...open.slice(0, MOST_STREETS).map((street) => row(app, street))),
    more > 0 && el("p", { class: "quiet" }, words("field.walk.more_streets", { n: more })),
  ].filter(Boolean);
}

function row(app, street) {
  const show = () => {
    app.map.mark({ lines: street.lines });
    if (!matchMedia("(min-width: 1000px) and (orientation: landscape)").matches) app.sheet?.set("middle");
  };
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "to-do-row", onclick: show },
      icon("route"),
      el("span", {}, street.street),
      el("span", { class: "quiet" }, app.say.metres(street.metres)),
    ),
  );
}
