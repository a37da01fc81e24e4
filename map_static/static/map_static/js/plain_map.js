// A map on our own tiles without the map page around it: streets and buildings in grey.
import { labelRules, paintRules } from "./paint.js";

const { L, protomapsL } = window;

// Leaflet guesses where its icons are from an inline style, which our policy refuses.
L.Icon.Default.imagePath = new URL("../../leaflet/images/", import.meta.url).href;

const colours = await fetch(new URL("../colours.json", import.meta.url)).then((answer) =>
  answer.json(),
);

/** The page's look: by its own switch (Django's knows no night), else by the system's. */
function lookOfPage() {
  const { theme } = document.documentElement.dataset;
  if (theme in colours.looks) return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** What the rules of our tiles ask for: streets and buildings in grey, cells as lines. */
const view = {
  colours: colours.looks[lookOfPage()],
  base: "own",
  kinds: new Set(),
  shows: (layer) => ["cells", "buildings"].includes(layer),
  alpha: () => 1,
  freshness: () => null,
  isOwn: () => true,
  library: protomapsL,
  chinese: document.documentElement.lang.startsWith("zh"),
};

/**
 * A map in the element, over our tiles; its view is not set yet. `shows` names the layers drawn
 * besides streets, cells and buildings where nothing is said; `names` writes the streets' names,
 * `zoomAt` is the corner of the buttons that zoom.
 */
export function begin(canvas, { shows, names = false, zoomAt = "topleft" } = {}) {
  const seen = shows ? { ...view, shows: (layer) => shows.includes(layer) } : view;
  canvas.style.background = view.colours.land;
  const map = L.map(canvas, { maxZoom: 20, zoomControl: false });
  // Leaflet's own titles are English; without words of the page the signs stand for themselves.
  const { zoomIn = "+", zoomOut = "−" } = canvas.dataset;
  L.control.zoom({ position: zoomAt, zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
  const { contributors = "contributors, ODbL" } = document.documentElement.dataset;
  map.attributionControl
    .setPrefix('<a href="https://leafletjs.com">Leaflet</a>')
    .addAttribution(`© OpenStreetMap ${contributors}`);
  protomapsL
    .leafletLayer({
      url: "/tiles/map/{z}/{x}/{y}.mvt",
      attribution: "",
      maxDataZoom: 16,
      maxZoom: 20,
      paintRules: paintRules(seen),
      labelRules: names ? labelRules(seen) : [],
    })
    .addTo(map);
  return map;
}

/** Show all of the layer, or the town where it is empty. */
export async function look(map, group) {
  const box = group.getBounds();
  if (box.isValid()) {
    map.fitBounds(box, { maxZoom: 17, padding: [24, 24], animate: false });
    return;
  }
  // Nothing drawn yet: begin where the town is.
  map.setView([30, 110], 4);
  let moved = false;
  map.once("movestart", () => (moved = true));
  const answer = await fetch("/api/v1/start/");
  const [west, south, east, north] = (answer.ok && (await answer.json()).bounds) || [];
  // Who has gone somewhere by now stays there.
  if (west !== undefined && !moved) map.fitBounds([[south, west], [north, east]], { animate: false });
}
