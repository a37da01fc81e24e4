// Before the first paint: the page is the same for everybody, so its language and look are set here.
// A classic script, because modules run after the page was drawn.
"use strict";
(() => {
  const page = JSON.parse(document.getElementById("page").textContent);
  const cookie = (name) =>
    document.cookie
      .split("; ")
      .find((pair) => pair.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const wished = [cookie(page.languageCookie), ...navigator.languages].filter(Boolean);
  const found = wished
    .map((wish) => {
      const start = wish.toLowerCase().split("-")[0];
      return page.languages.find((code) => code === wish.toLowerCase() || code.split("-")[0] === start);
    })
    .find(Boolean);
  const root = document.documentElement;
  root.dataset.language = found ?? page.usualLanguage;
  root.lang = root.dataset.language === "zh-hans" ? "zh-Hans" : root.dataset.language;
  const theme = cookie("gridwalk_theme");
  if (["light", "dark", "night"].includes(theme)) root.dataset.theme = theme;
})();
