// The card that answers a click: who is responsible here, and when this street was last walked.
import { put, takeBack } from "./api.js";
import { bar, byId, el, icon, present } from "./dom.js";
import { explain } from "./notices.js";
import { head, showPage } from "./pages.js";
import { plainName } from "./paint.js";
import { absolute, ago, count, dayName, days, metres, placeName, share, t } from "./words.js";

/** Open the card with a title and parts; `close` goes back to the list. */
export function open(title, close, ...parts) {
  byId("card-page").replaceChildren(head(title, close), ...present(parts));
  showPage("card-page");
}

export function showWaiting(close) {
  open(
    t("card.here"),
    close,
    el("div", { class: "skeleton row" }),
    el("div", { class: "skeleton row" }),
    el("div", { class: "skeleton row" }),
  );
}

export function showProblem(message, close, retry) {
  open(
    t("card.here"),
    close,
    el(
      "div",
      { class: "empty" },
      el("p", {}, message),
      el("button", { type: "button", class: "button", onclick: retry }, t("state.retry")),
    ),
  );
}

/** What the server said of a place, in a window {days, day}. `look` gives colours and the stretches of its street. */
export function showHere(answer, window, look, close, { showTrack, planWalk, place }) {
  open(
    t("card.here"),
    close,
    chain(answer.areas),
    el(
      "div",
      { class: "column" },
      street(answer.street, window, look, showTrack),
      planButton(t("walk.from_here"), planWalk),
      reportLink(t("case.report_here"), place),
    ),
  );
}

export function planButton(label, act) {
  return el("button", { type: "button", class: "button wide", onclick: act }, icon("route"), label);
}

/** A link to the report of a case at a place {lon, lat}; `more` goes into its address. */
export function reportLink(label, { lon, lat }, more = {}) {
  const query = new URLSearchParams({ lon: lon.toFixed(6), lat: lat.toFixed(6), ...more });
  return el("a", { class: "button wide", href: `/cases/new/?${query}` }, icon("flag"), label);
}

function chain(areas) {
  if (!areas.length) return el("p", { class: "empty" }, t("card.outside"));
  return el(
    "ol",
    { class: "chain" },
    areas.map((area) =>
      el(
        "li",
        { class: `level-${area.level}` },
        el("p", { class: "chain-level" }, t(`level.${area.level}`), area.level === 15 && ` ${area.code}`),
        el("div", {}, el("p", { class: "chain-name", title: area.code }, plainName(area)), members(area)),
      ),
    ),
  );
}

function members({ members: held }) {
  if (!held.length) return el("p", { class: "chain-member nobody" }, t("card.nobody"));
  return held.map(({ name, role }) =>
    el(
      "p",
      { class: "chain-member" },
      icon("person"),
      el("strong", {}, name),
      " ",
      el("span", { class: "quiet" }, t(`role.${role}`)),
    ),
  );
}

function street(found, window, look, showTrack) {
  if (!found) return el("p", { class: "hint" }, t("card.no_street", { metres: metres(30) }));
  const kind = t(`street.${found.kind}`);
  return el(
    "section",
    { class: "street" },
    el("h3", {}, placeName(found) || t("card.unnamed", { kind })),
    el("p", { class: "quiet" }, `${kind} · ${metres(found.metres)} · ${cadence(found)}`),
    window.day && el("p", {}, el("span", { class: "badge" }, t("legend.as_of", { day: dayName(window.day) }))),
    found.walked
      ? walked(found, window, look, showTrack)
      : el("p", { class: "hint" }, t("card.freshness_hidden")),
  );
}

const cadence = (found) => t("card.cadence", { days: days(found.cadence_days) });

function walked(found, window, look, showTrack) {
  const { at_place: here, anywhere, covered_metres: covered } = found.walked;
  const last = here ?? anywhere;
  const stretches = look.stretches(found);
  return [
    last
      ? el(
          "p",
          { class: "last" },
          `${t(here ? "card.last_walked" : "card.last_elsewhere")} `,
          el("time", { datetime: last.at, title: absolute(last.at) }, ago(last.at)),
          " ",
          el("span", { class: "quiet" }, absolute(last.at)),
        )
      : el("p", { class: "last" }, t("card.never_walked")),
    last && patrol(last.patrol, showTrack),
    stretches && strip(stretches, look),
    el(
      "dl",
      { class: "figures" },
      el("dt", {}, windowWords(window)),
      el("dd", {}, t("figure.covered", { covered: metres(covered), metres: metres(found.metres) })),
    ),
  ];
}

/** "In the last 7 days", or up to which day. */
function windowWords({ days: window, day }) {
  if (!day) return t("card.window", { days: days(window) });
  return t("card.window_until", { days: days(window), day: dayName(day) });
}

function patrol(of, showTrack) {
  if (!of) return el("p", { class: "hint" }, t("card.patrol_hidden"));
  const by = of.team
    ? t("card.by_team", { name: of.member, team: of.team })
    : t("card.by", { name: of.member });
  return [
    el("p", { class: "patrol" }, by, of.simulated ? el("span", { class: "badge" }, t("card.simulated")) : ""),
    // Patrols matched before the two were told apart have neither.
    of.certain_metres + of.doubtful_metres > 0 &&
      el(
        "p",
        { class: "quiet" },
        t("card.certain", { certain: metres(of.certain_metres), doubtful: metres(of.doubtful_metres) }),
      ),
    of.own ? nothingWrong(of) : of.nothing_wrong_at && el("p", { class: "quiet" }, t("card.nothing_wrong")),
    el(
      "button",
      { type: "button", class: "button", onclick: () => showTrack(of) },
      icon("route"),
      t("card.show_track"),
    ),
  ];
}

/** Who walked says that nothing on the way needs mending; pressed again, it is taken back. */
function nothingWrong(of) {
  const path = `patrols/${of.id}/nothing-wrong/`;
  const told = el("p", { class: "quiet", role: "status" });
  const button = el("button", { type: "button", class: "button" }, t("card.nothing_wrong"));
  const show = () => button.setAttribute("aria-pressed", String(of.nothing_wrong_at != null));
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "";
    try {
      const answer = await (of.nothing_wrong_at == null ? put(path) : takeBack(path));
      of.nothing_wrong_at = answer.nothing_wrong_at;
      show();
    } catch (error) {
      told.textContent = explain(error);
    }
    button.disabled = false;
  });
  show();
  return [button, told];
}

/** The street drawn out straight, each metre in its colour. */
function strip(stretches, look) {
  const parts = stretches.map(({ from, to, cls }) => {
    const part = el("span", { class: `strip-part ${cls}`, title: look.label(cls) });
    part.style.flexGrow = String(Math.round((to - from) * 1000));
    if (cls === "never") part.style.setProperty("--dash", look.colour(cls));
    else part.style.backgroundColor = look.colour(cls);
    return part;
  });
  return el("div", { class: "strip", role: "img", "aria-label": t("card.strip") }, parts);
}

/** A cell chosen in the list. */
export function showCell(cell, window, close, planWalk) {
  const facts = [
    cell.overdue_metres > 0
      ? t("figure.overdue", { metres: metres(cell.overdue_metres) })
      : t("figure.none_overdue"),
    count("figure.patrols", cell.patrols),
    count("figure.buildings", cell.buildings_passed),
  ];
  const who = el(
    "div",
    { class: "column" },
    el("p", { class: "quiet" }, `${t("card.cell")} ${cell.code}`),
    el(
      "p",
      { class: "chain-member" },
      icon("person"),
      cell.member ? el("strong", {}, cell.member) : t("card.nobody"),
    ),
    !cell.member && el("p", { class: "hint" }, t("card.nobody_hint")),
    cell.overdue_metres > 0 && planButton(t("walk.in_cell"), planWalk),
  );
  const walkedHere = el(
    "div",
    { class: "column" },
    el(
      "p",
      { class: "headline" },
      el("strong", {}, share(cell.coverage)),
      " ",
      el("span", {}, t("figure.coverage_in", { days: days(window.days) })),
    ),
    bar(cell.coverage),
    el(
      "p",
      { class: "quiet" },
      t("figure.covered", { covered: metres(cell.covered_metres), metres: metres(cell.metres) }),
    ),
    el("ul", { class: "facts" }, facts.map((fact) => el("li", {}, fact))),
  );
  open(`${cell.code.slice(-3)} ${plainName(cell)}`, close, who, walkedHere);
}
