// The map of a case: where it is, or where somebody says it is. Buttons take the position of the
// device, which is sent only with the form.
import { begin, look } from "./plain_map.js";

const { L } = window;
const DOT = { radius: 9, color: "#c2185b", weight: 3, fillOpacity: 0.5 };

/** Write a position into the form's hidden fields. */
function fill(form, { lng, lat }) {
  form.elements.lon.value = lng.toFixed(7);
  form.elements.lat.value = lat.toFixed(7);
}

function show(place) {
  const [lng, lat] = JSON.parse(place.dataset.place);
  const map = begin(place).setView([lat, lng], 17);
  L.circleMarker([lat, lng], DOT).addTo(map);
}

/** A map to tap on; the tapped place goes into the form, and a place in the form is shown. */
async function pick(place) {
  const form = place.closest("form");
  const map = begin(place);
  const dot = L.circleMarker([0, 0], DOT);
  const put = (at) => {
    dot.setLatLng(at).addTo(map);
    fill(form, at);
  };
  map.on("click", ({ latlng }) => put(latlng.wrap()));
  place.addEventListener("located", ({ detail }) => {
    put(detail);
    map.setView(detail, 18);
  });
  const { lon, lat } = form.elements;
  if (lon.value && lat.value) {
    const at = L.latLng(Number(lat.value), Number(lon.value));
    put(at);
    map.setView(at, 17);
  } else {
    await look(map, L.featureGroup());
  }
}

/** A button that asks the device where it is. */
function locate(button) {
  const form = button.closest("form");
  const words = button.lastChild;
  button.hidden = !navigator.geolocation;
  const place = () => `${form.elements.lon.value},${form.elements.lat.value}`;
  button.addEventListener("click", () => {
    const before = place();
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        // A place that was tapped meanwhile stays.
        if (place() !== before) return;
        const at = L.latLng(coords.latitude, coords.longitude);
        fill(form, at);
        form.querySelector("[data-pick]")?.dispatchEvent(new CustomEvent("located", { detail: at }));
        words.textContent = button.dataset.done;
      },
      () => {
        button.disabled = false;
        if (place() === before) words.textContent = button.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

for (const place of document.querySelectorAll(".case-map[data-place]")) show(place);
for (const place of document.querySelectorAll(".case-map[data-pick]")) pick(place);
for (const button of document.querySelectorAll("button.locate")) locate(button);
