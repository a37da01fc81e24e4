// The walk from door to door on a small map.
import { begin, look } from "./plain_map.js";

const { L } = window;
const SIZE = 34;

/** Stops of one building stand in one mark: "3" or "3–5". */
function marks(stops) {
  const found = new Map();
  for (const stop of stops) {
    const place = `${stop.lat},${stop.lon},${stop.when}`;
    if (!found.has(place)) found.set(place, []);
    found.get(place).push(stop);
  }
  return [...found.values()];
}

const named = (of) => (of.length > 1 ? `${of[0].number}–${of.at(-1).number}` : String(of[0].number));

function goTo(number) {
  const row = document.getElementById(`stop-${number}`);
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
}

function mark(of) {
  const [{ lat, lon, when, number, title }] = of;
  const name = named(of);
  const icon = L.divIcon({
    className: `stop-mark is-${when}`,
    html: `<span>${name}</span>`,
    iconSize: [of.length > 1 ? SIZE + 18 : SIZE, SIZE],
  });
  const made = L.marker([lat, lon], { icon, title, alt: `${name} ${title}` });
  return made.on("click", () => goTo(number));
}

function show(place) {
  const { stops, start } = JSON.parse(document.getElementById("walk").textContent);
  const map = begin(place);
  const path = stops.map(({ lat, lon }) => [lat, lon]);
  const group = L.featureGroup();
  if (start) {
    const here = [start[1], start[0]];
    path.unshift(here);
    L.marker(here, {
      icon: L.divIcon({ className: "stop-start", iconSize: [20, 20] }),
      interactive: false,
      keyboard: false,
    }).addTo(group);
  }
  L.polyline(path, { className: "stop-line", weight: 4, dashArray: "8 6", interactive: false }).addTo(group);
  for (const of of marks(stops)) mark(of).addTo(group);
  group.addTo(map);
  look(map, group);
}

const place = document.querySelector(".due-map");
if (place) show(place);
