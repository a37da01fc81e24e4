// The maps of the administration: show a shape on our own tiles and, where it may be changed, draw
// it. The value is the GeoJSON in the text area; what is drawn is written back there.
import { begin, look } from "./plain_map.js";

const { L } = window;
const TOOLS = { MultiPolygon: "polygon", LineString: "polyline", Point: "marker" };
const STYLE = { color: "#c2185b", weight: 3, fillOpacity: 0.12 };
const DOT = { radius: 6, color: "#c2185b", weight: 2, fillOpacity: 0.6 };

/** The layers of a GeoJSON object, one for each polygon of a multipolygon. */
function layersOf(shape) {
  const parts =
    shape.type === "MultiPolygon"
      ? shape.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }))
      : [shape];
  const layers = [];
  for (const part of parts) {
    L.geoJSON(part, {
      style: STYLE,
      pointToLayer: (_feature, at) => L.marker(at),
      onEachFeature: (_feature, layer) => layers.push(layer),
    });
  }
  return layers;
}

function say(words, kind) {
  const tool = TOOLS[kind];
  const { draw, edit } = L.drawLocal;
  draw.toolbar.actions = { title: words.cancel, text: words.cancel };
  draw.toolbar.finish = { title: words.save, text: words.save };
  draw.toolbar.undo = { title: words.cancel, text: "⌫" };
  draw.toolbar.buttons[tool] = words.draw;
  const start = { start: words.start, cont: words.next, end: words.finish };
  draw.handlers[tool].tooltip = kind === "Point" ? { start: words.place } : start;
  edit.toolbar.actions.save = { title: words.save, text: words.save };
  edit.toolbar.actions.cancel = { title: words.cancel, text: words.cancel };
  edit.toolbar.actions.clearAll = { title: words.remove, text: words.remove };
  edit.toolbar.buttons = {
    edit: words.edit,
    editDisabled: words.edit,
    remove: words.remove,
    removeDisabled: words.remove,
  };
  edit.handlers.edit.tooltip = { text: words.drag, subtext: "" };
  edit.handlers.remove.tooltip = { text: words.erase };
}

/** The GeoJSON of what is drawn; "" for nothing. */
function drawn(group, kind) {
  const parts = group.getLayers().map((layer) => layer.toGeoJSON(7).geometry);
  if (!parts.length) return "";
  if (kind !== "MultiPolygon") return JSON.stringify(parts.at(-1));
  const coordinates = parts.map((part) => part.coordinates);
  return JSON.stringify({ type: "MultiPolygon", coordinates });
}

function edit(map, group, input, kind, words) {
  say(words, kind);
  const none = { polygon: false, polyline: false, rectangle: false, circle: false };
  const tools = { ...none, circlemarker: false, marker: false, [TOOLS[kind]]: { shapeOptions: STYLE } };
  map.addControl(new L.Control.Draw({ draw: tools, edit: { featureGroup: group } }));
  const write = () => {
    input.value = drawn(group, kind);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  map.on(L.Draw.Event.CREATED, ({ layer }) => {
    if (kind !== "MultiPolygon") group.clearLayers();
    group.addLayer(layer);
    write();
  });
  map.on(`${L.Draw.Event.EDITED} ${L.Draw.Event.DELETED}`, write);
}

function build(place) {
  const [words, shape] = [...place.querySelectorAll("script")].map((at) => JSON.parse(at.text));
  const map = begin(place.querySelector(".admin-map-canvas"));
  if (!place.dataset.editable) {
    const layer = L.geoJSON(shape, { style: STYLE, pointToLayer: (_f, at) => L.circleMarker(at, DOT) });
    look(map, layer.addTo(map));
    return;
  }
  const input = place.querySelector("textarea");
  const group = L.featureGroup().addTo(map);
  try {
    if (input.value) for (const layer of layersOf(JSON.parse(input.value))) group.addLayer(layer);
  } catch {
    // Not GeoJSON: the form says what is wrong with it, and shows the text to be mended.
    input.hidden = false;
  }
  look(map, group);
  edit(map, group, input, place.dataset.kind, words);
}

for (const place of document.querySelectorAll(".admin-map")) build(place);
