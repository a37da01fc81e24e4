// How the ground is painted on a canvas: streets by how long ago each metre was walked, buildings,
// cells. Widths and colours as on the office's map. Knows no Leaflet.
import { widthOf } from "../street_width.js";
import { FlatIndex, flatten, part } from "./ground_index.js";

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';
const BUILDINGS_FROM = 15;
const NUMBERS_FROM = 18;
const NAMES_FROM = 16;
const SIDEWALKS_FROM = 15;
/** The same name is written again after so many pixels. */
const REPEAT = 420;
/** What may stand out of a tile's box, in pixels: wide lines, names. */
const ROOM = 40;

/** A Ground made ready to be painted; `nameOf(segment)` is its street in the reader's language. */
export class Scene {
  constructor(ground, nameOf) {
    const segments = [...ground.segments.values()].map((segment) => {
      const { id, kind, duty, cm, own, cadence, line } = segment;
      return { id, kind, duty, own, cadence, dm: cm / 10, street: nameOf(segment), flat: flatten(line) };
    });
    this.streets = new FlatIndex(segments.filter(({ duty }) => duty));
    this.sidewalks = new FlatIndex(segments.filter(({ duty }) => !duty));
    this.byId = new Map(segments.map((segment) => [segment.id, segment]));
    this.buildings = new FlatIndex(
      [...ground.buildings.values()].map(({ id, address, rings }) => {
        const [flat, ...holes] = rings.map(flatten);
        return { id, address, flat, holes };
      }),
    );
    const own = [...ground.cells.values()].map((cell) => ({ ...cell, own: true }));
    this.cells = new FlatIndex([...ground.neighbours.values(), ...own].flatMap(outlinesOf));
    this.names = new Map();
  }

  /** Street names and where they stand at a zoom: worked out once, so that tiles agree. */
  namesAt(zoom, measure) {
    if (!this.names.has(zoom)) this.names.set(zoom, placeNames(this.byId.values(), zoom, measure));
    return this.names.get(zoom);
  }
}

function outlinesOf({ code, name, outline, own = false }) {
  const polygons = outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates;
  return polygons.flatMap((rings) =>
    rings.map((ring) => ({ code, name, own, flat: flatten(ring.flat()) })),
  );
}

const scaleOf = (zoom) => 256 * 2 ** zoom;

function placeNames(segments, zoom, measure) {
  const scale = scaleOf(zoom);
  const byName = new Map();
  for (const segment of segments) {
    if (!segment.street || !segment.duty) continue;
    const middle = part(segment.flat, 0.25, 0.75);
    const [a, b] = [middle.slice(0, 2), middle.slice(-2)];
    const chord = Math.hypot(b[0] - a[0], b[1] - a[1]) * scale * 2;
    const list = byName.get(segment.street);
    const place = { text: segment.street, chord, x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
    place.angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
    if (list) list.push(place);
    else byName.set(segment.street, [place]);
  }
  const found = [];
  for (const [text, places] of byName) {
    const width = measure(text);
    const kept = [];
    for (const place of places.sort((p, q) => q.chord - p.chord)) {
      if (place.chord < width * 0.9) break;
      const near = ({ x, y }) => Math.hypot(x - place.x, y - place.y) * scale < REPEAT;
      if (!kept.some(near)) kept.push(place);
    }
    found.push(...kept);
  }
  return found;
}

/**
 * Paint a box of the scene: `left`, `top` are the pixels of its corner in the whole world at a zoom.
 * `look` gives colours and `stretches(segment)`: [{from, to, cls}] with shares of its length, only of
 * own cells; null where nothing is known.
 */
export function paint(ctx, scene, { left, top, size, zoom }, look) {
  const scale = scaleOf(zoom);
  const at = { left, top, scale };
  const box = [left - ROOM, top - ROOM, left + size + ROOM, top + size + ROOM].map((n) => n / scale);
  ctx.fillStyle = look.colours.land;
  ctx.fillRect(0, 0, size, size);
  if (zoom >= BUILDINGS_FROM) paintBuildings(ctx, scene.buildings.within(box), at, look);
  if (zoom >= SIDEWALKS_FROM) {
    const width = widthOf(zoom, "path") * 0.4;
    for (const { flat } of scene.sidewalks.within(box)) {
      stroke(ctx, flat, at, look.colours.sidewalk, width);
    }
  }
  paintStreets(ctx, scene.streets.within(box), at, zoom, look);
  for (const cell of scene.cells.within(box)) paintBorder(ctx, cell, at, look);
  if (zoom >= NUMBERS_FROM) paintNumbers(ctx, scene.buildings.within(box), at, look);
  if (zoom >= NAMES_FROM) paintNames(ctx, scene, box, at, zoom, look);
}

/** A line of the scene on the canvas, without painting it. */
export function trace(ctx, flat, { left, top, scale }) {
  for (let i = 0; i < flat.length; i += 2) {
    ctx[i ? "lineTo" : "moveTo"](flat[i] * scale - left, flat[i + 1] * scale - top);
  }
}

export function stroke(ctx, flat, at, colour, width, { dash = [], cap = "round" } = {}) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineCap = cap;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash);
  ctx.beginPath();
  trace(ctx, flat, at);
  ctx.stroke();
  ctx.setLineDash([]);
}

function paintBuildings(ctx, buildings, at, { colours }) {
  ctx.fillStyle = colours.building;
  ctx.strokeStyle = colours.buildingLine;
  ctx.lineWidth = 0.7;
  ctx.beginPath();
  for (const { flat, holes } of buildings) {
    for (const ring of [flat, ...holes]) {
      trace(ctx, ring, at);
      ctx.closePath();
    }
  }
  ctx.fill("evenodd");
  ctx.stroke();
}

function paintStreets(ctx, streets, at, zoom, look) {
  const { colours } = look;
  for (const { flat, kind } of streets) stroke(ctx, flat, at, colours.plainLine, widthOf(zoom, kind) + 2);
  for (const { flat, kind } of streets) stroke(ctx, flat, at, colours.plain, widthOf(zoom, kind));
  for (const street of streets) {
    const width = widthOf(zoom, street.kind);
    for (const { from, to, cls } of look.stretches(street) ?? []) {
      const line = part(street.flat, from, to);
      const colour = colours.freshness[cls];
      if (cls === "never") {
        const dash = [Math.max(3, width * 1.3), Math.max(2.4, width)];
        stroke(ctx, line, at, colour, Math.max(1, width * 0.55), { cap: "butt", dash });
      } else stroke(ctx, line, at, colour, width, { cap: "butt" });
    }
  }
}

function paintBorder(ctx, { flat, own }, at, { colours }) {
  ctx.globalAlpha = own ? 0.85 : 0.45;
  stroke(ctx, flat, at, colours.cellLine, own ? 2.2 : 1, { dash: own ? [] : [6, 5] });
  ctx.globalAlpha = 1;
}

function written(ctx, text, x, y, { colours }, colour) {
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = colours.halo;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** The house number of an address: its last word with a digit. */
export function houseNumber(address) {
  const words = (address ?? "").split(/[\s,，]+/).filter((word) => /\d/.test(word));
  return words.at(-1) ?? "";
}

function paintNumbers(ctx, buildings, { left, top, scale }, look) {
  ctx.font = `600 13px ${FONT}`;
  for (const { address, flat } of buildings) {
    const number = houseNumber(address);
    if (!number) continue;
    let [x, y] = [0, 0];
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
    }
    const n = flat.length / 2;
    written(ctx, number, (x / n) * scale - left, (y / n) * scale - top, look, look.colours.textQuiet);
  }
}

function paintNames(ctx, scene, box, { left, top, scale }, zoom, look) {
  ctx.font = `600 ${zoom >= 18 ? 14 : 12.5}px ${FONT}`;
  const reach = 160 / scale;
  for (const { text, x, y, angle } of scene.namesAt(zoom, (name) => ctx.measureText(name).width)) {
    if (x < box[0] - reach || x > box[2] + reach || y < box[1] - reach || y > box[3] + reach) continue;
    ctx.save();
    ctx.translate(x * scale - left, y * scale - top);
    // Never upside down.
    ctx.rotate(Math.abs(angle) > Math.PI / 2 ? angle + Math.PI : angle);
    written(ctx, text, 0, 0, look, look.colours.text);
    ctx.restore();
  }
}
