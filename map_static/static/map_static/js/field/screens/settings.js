// Language, look, what the tablet keeps, and signing out.
import { el } from "../../dom.js";
import { chooseLanguage, chooseLook, lookChosen } from "../look.js";
import { sendBeforeLeaving } from "../sign_out.js";
import { askToKeep, room } from "../storage.js";

export const name = "settings";

const LANGUAGE_NAMES = { en: "English", "zh-hans": "简体中文" };
const LOOKS = ["", "light", "dark", "night"];
let turn = null;

export async function enter(root, _params, app) {
  const { words } = app;
  const mine = (turn = {});
  root.append(
    el(
      "div",
      { class: "screen-head" },
      el("button", { type: "button", class: "button", onclick: () => app.back() }, words("field.back")),
      el("h1", {}, words("field.settings")),
    ),
    el("h2", {}, words("field.language")),
    choice(
      app.settings.languages.map((code) => [code, LANGUAGE_NAMES[code] ?? code]),
      app.settings.language,
      (code) => {
        chooseLanguage(code, app.settings);
        location.reload();
      },
      words("field.language"),
    ),
    el("h2", {}, words("field.look")),
    choice(
      LOOKS.map((look) => [look, words(`field.look_${look || "system"}`)]),
      lookChosen(),
      (look) => {
        chooseLook(look);
        app.map?.recolour?.();
      },
      words("field.look"),
    ),
  );
  if (app.db) {
    const parts = await kept(app);
    if (turn !== mine) return;
    root.append(...parts, ...signedIn(app));
  }
  root.append(
    el("p", { class: "quiet" }, words("field.version", { version: app.settings.version })),
  );
}

export function leave() {
  turn = null;
}

/** A row of buttons of which one is chosen. */
function choice(options, chosen, choose, label) {
  const buttons = options.map(([value, text]) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(value === chosen),
        "data-value": value,
        onclick: ({ currentTarget }) => {
          for (const button of buttons) {
            button.setAttribute("aria-pressed", String(button === currentTarget));
          }
          choose(value);
        },
      },
      text,
    ),
  );
  return el("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}

/** Whether the browser keeps it, and how full it is. */
async function kept(app) {
  const { words, say, data } = app;
  const mine = turn;
  const found = await room();
  const ask = async () => {
    app.storage = await askToKeep();
    app.status.draw();
    if (turn === mine) app.show("settings", {}, { replace: true });
  };
  return [
    el("h2", {}, words("field.storage")),
    el("p", { class: "storage-answer" }, words(`field.storage_${app.storage}`)),
    app.storage !== "kept" &&
      el("button", { type: "button", class: "button", onclick: ask }, words("field.ask_to_keep")),
    found &&
      el("p", { class: "quiet" }, words("field.room", { used: megabytes(found.used), most: megabytes(found.most) })),
    el(
      "p",
      { class: "quiet" },
      data.pulledAt ? words("field.fetched", { when: say.ago(data.pulledAt) }) : words("field.never_fetched"),
    ),
  ].filter(Boolean);
}

const megabytes = (bytes) => Math.max(1, Math.round(bytes / 1e6));

/** Who it is, and the way out. */
function signedIn(app) {
  const { words } = app;
  const place = el("div", { class: "sign-out" });
  const begin = () => {
    if (app.walking) {
      place.replaceChildren(el("p", { class: "error", role: "alert" }, words("field.end_walk_first")));
      return;
    }
    place.replaceChildren(el("p", { role: "status" }, words("field.sending")));
    sendBeforeLeaving(app).then((left) => {
      // Who went back works on.
      if (!place.isConnected) return;
      if (app.walking) begin();
      else if (!left) app.leave();
      else place.replaceChildren(...warned(app, left, place));
    });
  };
  place.append(
    el("button", { type: "button", class: "button big", onclick: begin }, words("field.sign_out")),
  );
  return [
    el("h2", {}, words("field.member")),
    el("p", {}, words("field.is_you", { name: app.member.name })),
    place,
  ];
}

/** Not everything could be sent: what happens with it. */
function warned(app, left, place) {
  const { words } = app;
  const stay = () => app.show("settings", {}, { replace: true });
  place.classList.add("warned");
  return [
    el("p", { class: "error", role: "alert" }, words("field.unsent_stays", { n: left, name: app.member.name })),
    el("button", { type: "button", class: "button primary big", onclick: stay }, words("field.stay")),
    el("button", { type: "button", class: "button big", onclick: () => app.leave() }, words("field.sign_out_anyway")),
  ];
}
