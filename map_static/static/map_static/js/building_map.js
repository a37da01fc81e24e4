// A building on a small map: its outline, or a map to choose it by a tap.
import { begin, look } from "./plain_map.js";

const { L } = window;
const OUTLINE = { color: "#c2185b", weight: 3, fillOpacity: 0.25 };

function show(place) {
  const map = begin(place);
  const outline = L.geoJSON(JSON.parse(place.dataset.outline), { style: OUTLINE }).addTo(map);
  look(map, outline);
}

/** A tap asks the server which building stands there; the map begins where the member works. */
function choose(place) {
  const map = begin(place);
  map.on("click", ({ latlng }) => {
    const { lat, lng } = latlng.wrap();
    location.assign(`?${new URLSearchParams({ lon: lng.toFixed(7), lat: lat.toFixed(7) })}`);
  });
  const { searchParams } = new URL(location.href);
  const at = ["lat", "lon"].map((name) => Number.parseFloat(searchParams.get(name)));
  if (at.every(Number.isFinite)) {
    map.setView(at, 18);
    L.circleMarker(at, { radius: 9, ...OUTLINE }).addTo(map);
  } else {
    const [west, south, east, north] = JSON.parse(place.dataset.choose);
    map.fitBounds([[south, west], [north, east]], { animate: false });
  }
}

for (const place of document.querySelectorAll(".case-map[data-outline]")) show(place);
for (const place of document.querySelectorAll(".case-map[data-choose]")) choose(place);
