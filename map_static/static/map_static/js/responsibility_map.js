// Cells by who works in them, on a small map. The tables of the page say the same in words.
import { get } from "./api.js";
import { el, svg } from "./dom.js";
import { begin, look } from "./plain_map.js";

const { L } = window;
const HATCH = 8;

/** The pattern of cells that are nobody's; a style sheet's url() would look in its own file. */
function hatch() {
  const lines = svg("path", { d: `M-2,2 l4,-4 M0,${HATCH} l${HATCH},-${HATCH} M${HATCH - 2},${HATCH + 2} l4,-4` });
  const ground = svg("rect", { width: HATCH, height: HATCH });
  const pattern = { id: "nobody-hatch", width: HATCH, height: HATCH, patternUnits: "userSpaceOnUse" };
  return svg(
    "svg",
    { width: 0, height: 0, "aria-hidden": "true" },
    svg("defs", {}, svg("pattern", pattern, ground, lines)),
  );
}

function cellClass({ colour, nobody, overlap }) {
  const parts = ["cell-shape"];
  if (nobody) parts.push("is-nobody");
  else if (colour !== null) parts.push(`holder-${colour}`);
  else parts.push("is-other");
  if (overlap) parts.push("is-both");
  return parts.join(" ");
}

/** A name and who is there, as text. */
function cellText({ name, holders, nobody, overlap }, words) {
  const who = nobody ? words.nobody : holders.join(" + ");
  return el("span", {}, el("b", {}, name), ` ${who}`, overlap && ` (${words.both})`);
}

async function show(place) {
  const words = place.dataset;
  document.body.append(hatch());
  const map = begin(place);
  let answer;
  try {
    answer = await get("responsibility/map/", Object.fromEntries(new URLSearchParams(words.query)));
  } catch {
    place.replaceWith(el("p", { class: "error", role: "alert" }, words.failed));
    return;
  }
  const group = L.featureGroup().addTo(map);
  L.geoJSON(answer.cells, {
    style: ({ properties }) => ({ className: cellClass(properties), weight: 1.5 }),
    onEachFeature: ({ properties }, layer) =>
      layer.bindTooltip(() => cellText(properties, words), { sticky: true }),
  }).addTo(group);
  L.geoJSON(answer.streets, {
    style: { className: "nobodys-street", weight: 4 },
    onEachFeature: ({ properties: { name, metres } }, layer) =>
      layer.bindTooltip(() => el("span", {}, `${name} ${metres} ${words.metres}`), { sticky: true }),
  }).addTo(group);
  for (const path of place.querySelectorAll(".is-nobody")) path.setAttribute("fill", "url(#nobody-hatch)");
  await look(map, group);
  place.dataset.ready = "true";
}

const place = document.querySelector(".responsibility-map");
if (place) {
  place.setAttribute("role", "region");
  place.setAttribute("aria-label", place.dataset.label);
  show(place);
}
