// How our own vector tiles are drawn: rules for protomaps-leaflet, on a canvas, without Leaflet.
// Everything a rule asks for (colours, freshness, filters) it reads from `view` while drawing, so
// that a change needs a new drawing only, never new rules.
import { stepOf as careStep } from "./care.js";
import { stepOf } from "./cell_shares.js";
import { slice } from "./geo.js";
import { differing } from "./paint_difference.js";
import { widthOf } from "./street_width.js";

const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';
const CELL = 15;
const LINE = 2;
/** How much wider than its street the casing of the dark is, and the ticks of what nobody walked. */
const CASING = 11;
const TICKS = 19;
/** Between a casing and its street, so that the two are not one dark band in grey. */
const GAP = 4;
/** Classes of freshness that stay to be seen where only what is overdue is shown. */
const LATE = ["overdue", "never"];

function trace(ctx, lines) {
  ctx.beginPath();
  for (const line of lines) {
    line.forEach((point, nth) => (nth ? ctx.lineTo(point.x, point.y) : ctx.moveTo(point.x, point.y)));
  }
}

function stroke(ctx, lines, colour, width, { dash = [], cap = "round" } = {}) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineCap = cap;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash);
  trace(ctx, lines);
  ctx.stroke();
  ctx.setLineDash([]);
}

function fill(ctx, rings, colour) {
  ctx.fillStyle = colour;
  trace(ctx, rings);
  ctx.fill("evenodd");
}

const drawn = (dataLayer, draw, filter, zooms = {}) => ({
  dataLayer,
  filter,
  symbolizer: { draw },
  ...zooms,
});

/** Draws a layer as opaque as the reader wants it. */
const faded = (view, layer, draw) => (ctx, ...of) => {
  ctx.globalAlpha = view.alpha(layer);
  draw(ctx, ...of);
  ctx.globalAlpha = 1;
};

/** The rules in drawing order, the ground first. */
export function paintRules(view) {
  const colours = () => view.colours;
  const own = () => view.base === "own";
  const coloured = (feature) =>
    (view.shows("streets") || view.shows("overdue")) && view.kinds.has(feature.props.kind);
  const shares = () => ["coverage", "night"].find((layer) => view.shows(layer));
  return [
    drawn("backdrop", (ctx, geom, z, feature) => backdrop(ctx, geom, z, feature, colours()), own),
    drawn(
      "cells",
      faded(view, "care", (ctx, geom, _z, { props }) => cared(ctx, geom, props, view)),
      (_z, { props }) => props.level === CELL && view.shows("care"),
    ),
    drawn(
      "cells",
      (ctx, geom, _z, { props }) =>
        faded(view, shares(), () => shaded(ctx, geom, props, view))(ctx),
      (_z, { props }) => props.level === CELL && Boolean(shares()),
    ),
    drawn(
      "buildings",
      faded(view, "buildings", (ctx, geom) => {
        fill(ctx, geom, colours().building);
        stroke(ctx, geom, colours().buildingLine, 0.7);
      }),
      () => view.shows("buildings"),
    ),
    drawn("sidewalks", (ctx, geom, z) => {
      stroke(ctx, geom, colours().sidewalk, widthOf(z, "path") * 0.4);
    }),
    drawn(
      "streets",
      faded(view, "darkness", (ctx, geom, z, feature) => dark(ctx, geom, z, feature, view)),
      () => view.shows("darkness"),
    ),
    drawn("streets", (ctx, geom, z, { props }) => {
      stroke(ctx, geom, colours().plainLine, widthOf(z, props.kind) + 2);
    }),
    drawn("streets", (ctx, geom, z, { props }) => {
      stroke(ctx, geom, colours().plain, widthOf(z, props.kind));
    }),
    drawn(
      "streets",
      faded(view, "streets", (ctx, geom, z, feature) => fresh(ctx, geom, z, feature, view)),
      (_z, feature) => coloured(feature),
    ),
    drawn(
      "cells",
      (ctx, geom) => fill(ctx, geom, colours().veil),
      (_z, { props }) => props.level === CELL && view.focused && !view.isOwn(props.code),
    ),
    drawn(
      "cells",
      faded(view, "cells", (ctx, geom, z, { props }) => border(ctx, geom, z, props, view)),
      () => view.shows("cells"),
    ),
  ];
}

function backdrop(ctx, geom, zoom, feature, colours) {
  const { kind } = feature.props;
  if (kind === "railway") {
    const width = zoom >= 16 ? 3 : 2;
    stroke(ctx, geom, colours.railway, width, { cap: "butt" });
    stroke(ctx, geom, colours.land, width - 1.4, { cap: "butt", dash: [5, 5] });
  } else if (feature.geomType === LINE) stroke(ctx, geom, colours[kind], zoom >= 15 ? 4 : 2);
  else fill(ctx, geom, colours[kind]);
}

/** A cell, the more coloured the more households are cared for; plain where that is not told. */
function cared(ctx, geom, { code }, view) {
  const counts = view.careOf(code);
  const step = counts ? careStep(counts.plans) : 0;
  if (step) fill(ctx, geom, view.colours[`care${step}`]);
}

/** A cell in the class of its share; hatched where there is no street to walk. */
function shaded(ctx, geom, { code }, view) {
  const share = view.shareOf(code);
  if (share === undefined) return;
  const { coverage, textQuiet } = view.colours;
  if (share === null) fill(ctx, geom, hatch(ctx, textQuiet));
  else fill(ctx, geom, coverage[stepOf(share, view.breaks)]);
}

const hatches = new Map();

/** Thin slanted lines of a colour, to fill with. */
function hatch(ctx, colour) {
  if (!hatches.has(colour)) {
    const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
    const lines = tile.getContext("2d");
    lines.strokeStyle = colour;
    for (const x of [-8, 0, 8]) {
      lines.moveTo(x, 8);
      lines.lineTo(x + 8, 0);
    }
    lines.stroke();
    hatches.set(colour, ctx.createPattern(tile, "repeat"));
  }
  return hatches.get(colour);
}

/** What is not lit of a street, as a casing around it, so that its freshness stays to be seen. */
function dark(ctx, geom, zoom, { props }, view) {
  const { fault: faulty, plain, unlit, unlitEdge } = view.colours;
  const width = widthOf(zoom, props.kind);
  const more = zoom >= 17 ? 1 : zoom >= 15 ? 0.7 : 0.45;
  for (const { from, to, fault, alone } of view.darkness(props)) {
    const part = [slice(geom[0], from, to)];
    if (!part[0].length) continue;
    const edge = fault ? faulty : unlitEdge;
    if (alone) stroke(ctx, part, edge, width + TICKS * more, { cap: "butt", dash: [1.6, 5] });
    stroke(ctx, part, edge, width + CASING * more, { cap: "butt" });
    stroke(ctx, part, fault ? faulty : unlit, width + CASING * more - 3, { cap: "butt" });
    stroke(ctx, part, plain, width + GAP * more, { cap: "butt" });
  }
}

/** A street, each metre in the colour of how long ago it was walked. */
function fresh(ctx, geom, zoom, { props }, view) {
  if (view.compared) {
    const line = (share, ...look) => stroke(ctx, [slice(geom[0], ...share)], ...look);
    return differing(line, widthOf(zoom, props.kind), view.difference(props), view.colours);
  }
  const stretches = view.freshness(props);
  if (!stretches) return;
  const width = widthOf(zoom, props.kind);
  const lateOnly = view.shows("overdue");
  for (const { from, to, cls } of stretches) {
    if (lateOnly && !LATE.includes(cls)) continue;
    const whole = from === 0 && to === 1;
    const part = whole ? geom : [slice(geom[0], from, to)];
    if (!part[0].length) continue;
    const colour = view.colours.freshness[cls];
    if (cls === "never") {
      const dash = [Math.max(3, width * 1.3), Math.max(2.4, width)];
      stroke(ctx, part, colour, Math.max(1, width * 0.55), { cap: "butt", dash });
    } else stroke(ctx, part, colour, width, { cap: whole ? "round" : "butt" });
  }
}

function border(ctx, geom, zoom, { code, level }, view) {
  if (code === view.chosenCell) {
    fill(ctx, geom, view.colours.chosenFill);
    stroke(ctx, geom, view.colours.chosen, 3.4);
    return;
  }
  // Most borders run along streets: thin and half transparent, they leave the street its colour.
  ctx.globalAlpha *= level === CELL ? 0.5 : 0.9;
  const width = level === CELL ? (zoom >= 16 ? 1.2 : 0.8) : 2.2;
  stroke(ctx, geom, view.colours.cellLine, width, { dash: level === CELL ? [] : [10, 4] });
}

/** Layers that want the cells' numbers. */
const CELLS = ["cells", "care", "coverage", "night"];

/** Names, the weightier first: a name that finds no room stays away. */
export function labelRules(view) {
  const { LineLabelSymbolizer } = view.library;
  const street = (size, weight) =>
    new LineLabelSymbolizer({
      labelProps: () => (view.chinese ? ["name_zh", "name"] : ["name"]),
      font: `${weight} ${size}px ${FONT}`,
      fill: () => view.colours.text,
      stroke: () => view.colours.halo,
      width: 3,
      position: 2,
      offset: 1,
      repeatDistance: 500,
    });
  return [
    {
      dataLayer: "cell_labels",
      minzoom: 14,
      symbolizer: { place: (layout, geom, feature) => cellLabel(layout, geom, feature, view) },
      filter: (_z, { props }) => props.level === CELL && CELLS.some((layer) => view.shows(layer)),
    },
    {
      dataLayer: "cell_labels",
      maxzoom: 14,
      symbolizer: { place: (layout, geom, feature) => areaLabel(layout, geom, feature, view) },
      filter: (_z, { props }) => props.level < CELL && view.shows("cells"),
    },
    {
      dataLayer: "streets",
      minzoom: 15,
      symbolizer: street(12, 600),
      filter: (_z, { props }) => ["main_road", "pedestrian"].includes(props.kind),
    },
    {
      dataLayer: "streets",
      minzoom: 16,
      symbolizer: street(11.5, 500),
      filter: (_z, { props }) => !["main_road", "pedestrian"].includes(props.kind),
    },
    {
      dataLayer: "buildings",
      minzoom: 18,
      symbolizer: { place: (layout, geom, feature) => number(layout, feature, geom, view) },
      filter: (_z, { props }) => Boolean(props.number) && view.shows("buildings"),
    },
  ];
}

/** Centred lines of text, each {text, font, colour}, as one label around a point. */
function centred(layout, anchor, lines, view, key) {
  const sized = lines.map((line) => {
    layout.scratch.font = line.font;
    return { ...line, width: layout.scratch.measureText(line.text).width };
  });
  const width = Math.max(...sized.map((line) => line.width)) + 8;
  const step = 15;
  const height = step * sized.length + 4;
  const box = {
    minX: anchor.x - width / 2,
    maxX: anchor.x + width / 2,
    minY: anchor.y - height / 2,
    maxY: anchor.y + height / 2,
  };
  const draw = (ctx) => {
    ctx.lineJoin = "round";
    ctx.lineWidth = 3.5;
    sized.forEach(({ text, font, colour, width: wide }, nth) => {
      const y = -height / 2 + 13 + nth * step;
      ctx.font = font;
      ctx.strokeStyle = view.colours.halo;
      ctx.strokeText(text, -wide / 2, y);
      ctx.fillStyle = view.colours[colour];
      ctx.fillText(text, -wide / 2, y);
    });
  };
  return [{ anchor, bboxes: [box], draw, deduplicationKey: key, deduplicationDistance: 40 }];
}

function cellLabel(layout, geom, { props }, view) {
  const lines = [{ text: props.code.slice(-3), font: `700 13px ${FONT}`, colour: "text" }];
  const quiet = `500 12px ${FONT}`;
  if (view.shows("care")) {
    const counts = view.careOf(props.code);
    const text = counts ? `${counts.plans.shown} · ${counts.due.shown}` : "–";
    lines.push({ text, font: `600 13px ${FONT}`, colour: "text" });
  } else if (view.shows("coverage") || view.shows("night")) {
    lines.push({ text: view.shareWord(props.code), font: `600 13px ${FONT}`, colour: "text" });
  } else if (layout.zoom >= 15) {
    lines.push({ text: shortened(plainName(props), 22), font: quiet, colour: "textQuiet" });
    const member = view.memberOf(props.code);
    if (member) lines.push({ text: shortened(member, 22), font: quiet, colour: "textQuiet" });
  }
  return centred(layout, geom[0][0], lines, view, props.code);
}

function areaLabel(layout, geom, { props }, view) {
  const lines = [{ text: shortened(props.name, 26), font: `600 13px ${FONT}`, colour: "text" }];
  return centred(layout, geom[0][0], lines, view, props.code);
}

function number(layout, feature, geom, view) {
  const xs = geom[0].map((point) => point.x);
  const ys = geom[0].map((point) => point.y);
  const anchor = geom[0][0].clone();
  anchor.x = (Math.min(...xs) + Math.max(...xs)) / 2;
  anchor.y = (Math.min(...ys) + Math.max(...ys)) / 2;
  const line = { text: feature.props.number, font: `500 11px ${FONT}`, colour: "textQuiet" };
  return centred(layout, anchor, [line], view, `building ${feature.props.id}`);
}

/** A cell's name without its number, which stands above it anyway. */
export function plainName({ code, name }) {
  const number = code.slice(-3);
  return name.startsWith(`${number} `) ? name.slice(number.length + 1) : name;
}

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
