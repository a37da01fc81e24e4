// What lies over the map and hides part of it: the panel or the sheet, and the bar of time.
import { byId } from "./dom.js";
import { heightOf } from "./sheet.js";

const OFFICE = matchMedia("(min-width: 1200px)");
/** Of the screen, at most this much counts as hidden by the sheet: else nothing could be shown. */
const MOST = 0.6;

/** Pixels of the map that are hidden at its left and at its bottom, as things stand now. */
export function covered() {
  const map = byId("map").getBoundingClientRect();
  const panel = byId("panel");
  if (!OFFICE.matches) {
    // Told by its name: on the screen it may still be on the way to that height.
    const sheet = Math.min(heightOf(panel.dataset.height, innerHeight), innerHeight * MOST);
    return { left: 0, bottom: Math.max(map.bottom - innerHeight + sheet, 0) };
  }
  const bar = document.getElementById("timeline")?.getBoundingClientRect();
  const beside = !bar?.height || bar.right < map.left || bar.left > map.right;
  return {
    // Beside a second map the map begins where the panel ends.
    left: Math.max(panel.getBoundingClientRect().right - map.left, 0),
    bottom: beside ? 0 : Math.max(map.bottom - bar.top, 0),
  };
}
