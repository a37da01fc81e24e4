// Small pictures of what is drawn on the map, for the legend and the list of layers.
import { svg } from "./dom.js";
import { pathData } from "./marks.js";

export const drawing = (...parts) =>
  svg("svg", { class: "legend-mark", viewBox: "-14 -9 28 18", width: 28, height: 18, "aria-hidden": "true" }, ...parts);

/** A mark as on the map: {shape, radius, fill, line, weight}. */
export function marked({ shape, radius, fill, line, weight }) {
  return drawing(svg("path", { d: pathData(shape, radius), fill, stroke: line, "stroke-width": weight }));
}
