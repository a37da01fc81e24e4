// The area form of the administration: a division of China is found by name, pinyin, first letters
// or code; choosing one fills in code and name. The server takes no part but to answer.

import { givenUp, Latest } from "./api.js";
import { el } from "./dom.js";

const PAUSE = 150;

/** Where a division lies, from the province down: "北京市 › 东城区". */
export const pathOf = (division) => division.above.map(({ name }) => name).join(" › ");

/** Divisions that an area can be made of: all but provinces, which our levels do not have. */
export const choosable = (divisions) => divisions.filter(({ level }) => level !== "province");

function shown(division, choose) {
  const name = el("strong", {}, division.name);
  const where = el("span", { class: "quiet" }, ` ${division.code} ${pathOf(division)}`);
  return el("li", {}, el("button", { type: "button", onclick: () => choose(division) }, name, where));
}

function start(input) {
  const list = el("ul", { class: "division-list", "aria-live": "polite" });
  input.after(list);
  const form = input.form;
  const latest = new Latest();
  let waiting;

  /** What is asked, or about to be, was of other letters. */
  const stop = () => {
    clearTimeout(waiting);
    latest.stop();
  };
  const choose = ({ code, name }) => {
    stop();
    form.elements.code.value = code;
    form.elements.name.value = name;
    input.value = "";
    list.replaceChildren();
    form.elements.name.focus();
  };
  const ask = async () => {
    const q = input.value.trim();
    if (!q) {
      list.replaceChildren();
      return;
    }
    try {
      const { results } = await latest.get("divisions-of-china/", { q });
      list.replaceChildren(...choosable(results).map((division) => shown(division, choose)));
    } catch (error) {
      if (givenUp(error)) return;
      list.replaceChildren(el("li", { class: "errornote" }, error.message));
    }
  };
  input.addEventListener("input", () => {
    stop();
    waiting = setTimeout(ask, PAUSE);
  });
  // Enter looks, and does not send a form that is not filled in.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    list.querySelector("button")?.focus();
  });
}

if (globalThis.document) {
  for (const input of document.querySelectorAll("input[data-divisions]")) start(input);
}
