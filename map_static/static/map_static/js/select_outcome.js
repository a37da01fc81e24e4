// What became of each item: how many were done, the refused ones with their sentences, undoing.
import { el } from "./dom.js";
import { givenBefore, givenFirst } from "./selected.js";
import { amount, t } from "./words.js";

/**
 * Elements for items {id, case, name, refused, before}; `back` gets a group to be given back, `handed`
 * says whether cases were given to somebody.
 */
export function outcomes(items, back, handed) {
  const done = items.filter(({ refused }) => !refused);
  const refused = items.filter((item) => item.refused);
  const groups = givenBefore(done);
  const undo = (event) => {
    event.currentTarget.disabled = true;
    for (const group of groups) back(group);
  };
  const given = groups.reduce((sum, { ids }) => sum + ids.length, 0);
  const first = givenFirst(items);
  return [
    el("h3", {}, t("select.done", { n: amount(done.length), all: amount(items.length) })),
    groups.length > 0 && el("button", { type: "button", class: "button", onclick: undo }, t("select.give_back", { n: amount(given) })),
    handed && first > 0 && el("p", { class: "hint" }, t("select.first", { n: amount(first) })),
    refused.length > 0 && el("h3", {}, t("select.refused", { n: amount(refused.length) })),
    list(refused),
    done.length > 0 && el("details", {}, el("summary", {}, t("select.done_list")), list(done)),
  ].filter(Boolean);
}

const list = (items) => items.length > 0 && el("ul", { class: "select-outcomes" }, items.map(row));

function row({ id, case: number, name, refused }) {
  const words = name || `#${id}`;
  const shown = number ? el("a", { href: `/cases/${number}/` }, name.startsWith("#") ? name : `#${number} ${name}`) : el("span", {}, words);
  return el("li", {}, shown, refused && el("span", { class: "quiet" }, refused));
}
