// A piece of street as the difference of two periods draws it, for legend and tables.
import { svg } from "./dom.js";
import { LOOKS } from "./paint_difference.js";

/** `colours` of a look; `cls` of difference.CLASSES. */
export function differenceSwatch(cls, { difference }) {
  const { width, dash } = LOOKS[cls];
  const line = { d: "M0 7H30", stroke: difference[cls], "stroke-width": width * 8 };
  if (dash.length) line["stroke-dasharray"] = dash.map((part) => part * 8).join(" ");
  return svg("svg", { viewBox: "0 0 30 14", width: 30, height: 14, "aria-hidden": "true" }, svg("path", line));
}
