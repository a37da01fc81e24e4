// Parts that the pages of the editor's panel share.
import { el, icon } from "../dom.js";
import { t } from "../words.js";

/**
 * Put other children into an element; the focus goes back to the one with the same data-focus, so
 * that drawing anew takes nobody's place away.
 */
export function fill(parent, ...children) {
  const held = parent.contains(document.activeElement)
    ? document.activeElement.closest("[data-focus]")?.dataset.focus
    : null;
  parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (held) parent.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

export const button = (name, act, { kind = "", focus = name, ...more } = {}) =>
  el("button", { type: "button", class: `button ${kind}`, onclick: act, "data-focus": focus, ...more }, name);

/** The head of a page of the panel, with the arrow that leads back. */
export const head = (title, back) =>
  el(
    "header",
    { class: "cells-page-head" },
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("cells.back"), onclick: back },
      icon("back"),
    ),
    el("h2", { tabindex: "-1" }, title),
  );

/** A page was opened: its title takes the focus, unless the reader is at work elsewhere by now. */
export function focusHead(side) {
  const held = document.activeElement;
  if (held !== document.body && !held?.closest("[hidden]")) return;
  side.querySelector("h2")?.focus({ preventScroll: true });
}

/** A term and what it is, as rows of a list of facts. */
export const facts = (rows) =>
  el("dl", { class: "cells-facts" }, rows.map(([term, what]) => el("div", {}, el("dt", {}, term), el("dd", {}, ...[what].flat()))));
