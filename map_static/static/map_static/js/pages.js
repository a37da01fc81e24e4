// The pages of the panel, of which one is shown: the list, the walk, and the card on top of them.
import { byId, el, icon } from "./dom.js";
import { t } from "./words.js";

const PAGES = ["list-page", "walk-page", "circuit-page", "print-page", "select-page", "card-page"];
const CARD = "card-page";
let under = "list-page";

export function showPage(id) {
  for (const page of PAGES) byId(page).hidden = page !== id;
  if (id !== CARD) under = id;
}

/** Take the card away: back to the page that it lies on. */
export const closeCard = () => showPage(under);

export const isShown = (id) => !byId(id).hidden;

/** A page's title with the arrow that leads back. */
export function head(title, close) {
  return el(
    "header",
    { class: "card-head" },
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("card.back"), onclick: close },
      icon("back"),
    ),
    el("h2", {}, title),
  );
}
