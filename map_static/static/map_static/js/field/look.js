// Light, dark or night red: the choice is kept in a cookie, as on the office's pages.

const YEAR = 365 * 24 * 3600;
const root = document.documentElement;

/** The look in force: the member's choice, else the system's. */
export const lookNow = () =>
  root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** The member's choice: "" is the system's. */
export const lookChosen = () => root.dataset.theme ?? "";

export function chooseLook(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.cookie = `gridwalk_theme=${theme};path=/;max-age=${theme ? YEAR : 0};samesite=lax`;
}

/** The same cookie that the server's own choice of language sets; holds after a reload. */
export function chooseLanguage(code, { languageCookie, secureCookies }) {
  const secure = secureCookies ? ";secure" : "";
  document.cookie = `${languageCookie}=${code};path=/;max-age=${YEAR};samesite=lax${secure}`;
}
