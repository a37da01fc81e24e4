// Light, dark or night red: what the page and the canvas are painted with.
import { page } from "./page.js";

const YEAR = 365 * 24 * 3600;
const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

/** The look in force: the reader's choice, else the system's. */
export function lookNow() {
  return root.dataset.theme || (dark.matches ? "dark" : "light");
}

export const coloursNow = () => page.colours.looks[lookNow()];

/** The buttons of the choice; `changed` is called when the look changes, also by the system. */
export function startLook(group, changed) {
  const buttons = [...group.querySelectorAll("button")];
  const show = () => {
    const chosen = root.dataset.theme ?? "";
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.theme === chosen));
    }
    changed();
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const { theme } = button.dataset;
      if (theme) root.dataset.theme = theme;
      else delete root.dataset.theme;
      const age = theme ? YEAR : 0;
      document.cookie = `gridwalk_theme=${theme};path=/;max-age=${age};samesite=lax`;
      show();
    });
  }
  dark.addEventListener("change", show);
  show();
}
