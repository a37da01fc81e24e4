// What every page of the office does: its menus close as those of the map do.
import { startPopovers } from "./popovers.js";

const MENUS = "details.more-pages, details.account";

startPopovers(MENUS);
// By keyboard one walks on through the page: a menu left behind would cover it.
for (const menu of document.querySelectorAll(MENUS)) {
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
  });
}
