// The map as it is looked at, drawn on a canvas of another size and zoom: own tiles, and what
// Leaflet has on top of them. Touches Leaflet's layers to read them; changes none.
import { outline } from "./marks.js";

const { L, protomapsL } = window;
const LABELLED_TILES = 4096;

/**
 * Draws into `ctx`, whose unit is a pixel at the whole `zoom` and whose origin is the upper left of
 * the part that is drawn: {centre: {lat, lng}, zoom, width, height} in such pixels.
 */
export async function drawMap(ctx, map, part) {
  const centre = map.map.project([part.centre.lat, part.centre.lng], part.zoom);
  const origin = centre.subtract([part.width / 2, part.height / 2]);
  const box = { minX: origin.x, minY: origin.y, maxX: origin.x + part.width, maxY: origin.y + part.height };
  const tiles = await tilesOf(map.tiles, part.zoom, box);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, part.width, part.height);
  ctx.clip();
  map.inColoursOfPaper((colours) => {
    ctx.fillStyle = colours.land;
    ctx.fillRect(0, 0, part.width, part.height);
    const { paintRules, labelRules } = map.tiles;
    const labels = new protomapsL.Labeler(part.zoom, ctx, labelRules, LABELLED_TILES, undefined);
    labels.add(tiles);
    protomapsL.paint(ctx, part.zoom, tiles, labels.index, paintRules, box, origin, true, "");
  });
  drawDensity(ctx, map, part.zoom, origin);
  map.map.eachLayer((layer) => drawLayer(ctx, layer, (at) => map.map.project(at, part.zoom).subtract(origin)));
  ctx.restore();
}

async function tilesOf(layer, zoom, box) {
  const found = new Map();
  for (const [key, view] of layer.views) found.set(key, await view.getBbox(zoom, box));
  return found;
}

/** The density has no shapes to draw again: its picture, in its place. */
function drawDensity(ctx, { map, density }, zoom, origin) {
  const { canvas } = density;
  if (!canvas) return;
  const corner = map.project(map.containerPointToLatLng([0, 0]), zoom).subtract(origin);
  const larger = 2 ** (zoom - map.getZoom());
  ctx.globalAlpha = Number(canvas.style.opacity || 1);
  ctx.drawImage(canvas, corner.x, corner.y, canvas.width * larger, canvas.height * larger);
  ctx.globalAlpha = 1;
}

function drawLayer(ctx, layer, place) {
  if (layer instanceof L.Circle) drawCircle(ctx, layer, place);
  else if (layer instanceof L.CircleMarker) drawMark(ctx, layer, place(layer.getLatLng()));
  else if (layer instanceof L.Polyline) drawPath(ctx, layer, place);
  else if (layer instanceof L.Marker) drawSign(ctx, layer, place(layer.getLatLng()));
}

function drawPath(ctx, layer, place) {
  const area = layer instanceof L.Polygon;
  ctx.beginPath();
  for (const line of lines(layer.getLatLngs())) {
    line.forEach((at, nth) => {
      const { x, y } = place(at);
      if (nth) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
    });
    if (area) ctx.closePath();
  }
  paint(ctx, layer.options, area);
}

const lines = (of) => (Array.isArray(of[0]) ? of.flatMap(lines) : [of]);

/** A circle of so many metres on the ground. */
function drawCircle(ctx, layer, place) {
  const centre = place(layer.getLatLng());
  const edge = place([layer.getLatLng().lat, layer.getBounds().getEast()]);
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, Math.abs(edge.x - centre.x), 0, 2 * Math.PI);
  paint(ctx, layer.options, true);
}

function drawMark(ctx, { options }, { x, y }) {
  ctx.beginPath();
  for (const line of outline(options.shape ?? "disc", options.radius)) {
    line.forEach(([dx, dy], nth) => ctx[nth ? "lineTo" : "moveTo"](x + dx, y + dy));
  }
  paint(ctx, options, true);
  if (options.text) say(ctx, options.text, options.ink, { x, y });
  if (options.beside) {
    ctx.font = "600 12px system-ui, sans-serif";
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#22262e";
    ctx.fillText(options.beside, x + 9, y);
  }
}

function paint(ctx, options, area) {
  if (area && options.fill !== false) {
    ctx.globalAlpha = options.fillOpacity;
    ctx.fillStyle = options.fillColor || options.color;
    ctx.fill("evenodd");
  }
  if (options.stroke !== false && options.weight) {
    ctx.globalAlpha = options.opacity;
    ctx.strokeStyle = options.color;
    ctx.lineWidth = options.weight;
    ctx.lineCap = options.lineCap ?? "round";
    ctx.lineJoin = "round";
    ctx.setLineDash((options.dashArray ?? "").split(/[ ,]+/).filter(Boolean).map(Number));
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.globalAlpha = 1;
}

/** A sign made of HTML: a ring, with its text where it has one. */
function drawSign(ctx, layer, { x, y }) {
  const [size = 20] = layer.options.icon?.options?.iconSize ?? [];
  const words = layer.getElement()?.textContent.trim() ?? "";
  ctx.beginPath();
  ctx.arc(x, y, size / 2 - 1, 0, 2 * Math.PI);
  ctx.fillStyle = "#ffffff";
  ctx.strokeStyle = "#154b76";
  ctx.lineWidth = 3;
  if (words) ctx.fill();
  ctx.stroke();
  if (words) say(ctx, words, "#154b76", { x, y });
}

function say(ctx, words, ink, { x, y }) {
  ctx.font = '650 13px system-ui, "Noto Sans CJK SC", sans-serif';
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = ink;
  ctx.fillText(words, x, y + 0.5);
}
