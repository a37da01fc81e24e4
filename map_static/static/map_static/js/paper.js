// A sheet of paper with the map on it: title, map, legend, scale bar, north, day, attribution.
// The unit while drawing is the millimetre.
import { legendRows } from "./legend.js";
import { drawMap } from "./paper_map.js";
import { barMetres, DOTS, millimetresOfPixel, zoomFor } from "./sheet_scale.js";
import { amount, dayName, metres, t } from "./words.js";

const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const INK = "#1b1f26";
const QUIET = "#4b515c";
/** A legend's row, and what stands in front of its words. */
const ROW = 5;
const PICTURE = 9;

/** `asked` is {sheet, paper, scale, centre, title, today, now, greys, colours}. Gives a canvas. */
export async function drawn(map, asked) {
  const { sheet } = asked;
  const canvas = document.createElement("canvas");
  canvas.width = sheet.width * DOTS;
  canvas.height = sheet.height * DOTS;
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.scale(DOTS, DOTS);
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  await drawGround(ctx, map, asked);
  drawTitle(ctx, asked);
  drawNorth(ctx, sheet.map);
  drawLegend(ctx, asked);
  drawFoot(ctx, asked);
  return canvas;
}

async function drawGround(ctx, map, { sheet, scale, centre }) {
  const { x, y, width, height } = sheet.map;
  const zoom = zoomFor(centre.lat, scale);
  const of = millimetresOfPixel(centre.lat, zoom, scale);
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(of.east, of.north);
  await drawMap(ctx, map, { centre, zoom, width: width / of.east, height: height / of.north });
  ctx.restore();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 0.3;
  ctx.strokeRect(x, y, width, height);
}

function text(ctx, words, x, y, { size = 3.2, weight = 400, ink = INK, align = "left", most } = {}) {
  ctx.font = `${weight} ${size}px ${FONT}`;
  ctx.fillStyle = ink;
  ctx.textAlign = align;
  ctx.textBaseline = "alphabetic";
  ctx.fillText(words, x, y, most);
}

function drawTitle(ctx, { sheet, title }) {
  text(ctx, title, sheet.map.x, sheet.map.y - 4, { size: 6.4, weight: 700, most: sheet.map.width });
}

/** North is up on this map everywhere. */
function drawNorth(ctx, { x, y, width }) {
  const [middle, top] = [x + width - 8, y + 4];
  ctx.beginPath();
  ctx.arc(middle, top + 6.5, 6.5, 0, 2 * Math.PI);
  ctx.fillStyle = "#ffffffd9";
  ctx.fill();
  ctx.beginPath();
  ctx.moveTo(middle, top + 1.2);
  ctx.lineTo(middle + 2.2, top + 7.5);
  ctx.lineTo(middle, top + 6.2);
  ctx.lineTo(middle - 2.2, top + 7.5);
  ctx.closePath();
  ctx.fillStyle = INK;
  ctx.fill();
  text(ctx, "N", middle, top + 11.4, { weight: 700, align: "center" });
}

function drawLegend(ctx, { sheet, now, greys, colours }) {
  const rows = legendRows(now, greys, colours);
  if (!rows.length) return;
  ctx.font = `400 3.2px ${FONT}`;
  const wide = (row) => ctx.measureText(row.textContent).width + PICTURE * Math.max(row.querySelectorAll("svg").length, 1);
  const width = Math.max(...rows.map(wide)) + 7;
  const fits = rows.slice(0, Math.floor((sheet.map.height - 10) / ROW));
  const height = fits.length * ROW + 3;
  const left = sheet.map.x + 3;
  const top = sheet.map.y + sheet.map.height - height - 3;
  ctx.fillStyle = "#fffffff0";
  ctx.strokeStyle = QUIET;
  ctx.lineWidth = 0.15;
  ctx.beginPath();
  ctx.roundRect(left, top, width, height, 1.5);
  ctx.fill();
  ctx.stroke();
  fits.forEach((row, nth) => drawRow(ctx, row, left + 2, top + 1.5 + nth * ROW));
}

function drawRow(ctx, row, left, top) {
  let x = left;
  const group = row.classList.contains("legend-group");
  for (const part of row.childNodes) {
    if (part.nodeName === "#text") {
      text(ctx, part.data, x, top + 3.6, { weight: group ? 650 : 400 });
      x += ctx.measureText(part.data).width + 3;
    } else {
      drawPicture(ctx, part, x, top + ROW / 2);
      x += PICTURE;
    }
  }
}

/** What stands before a row's words: a strip of colour, or a small drawing. */
function drawPicture(ctx, part, x, middle) {
  ctx.save();
  if (part.nodeName === "svg") {
    ctx.translate(x + 3.7, middle);
    ctx.scale(25.4 / 96, 25.4 / 96);
    for (const path of part.children) drawSvgPath(ctx, path);
  } else {
    const dash = part.style.getPropertyValue("--dash");
    ctx.strokeStyle = dash || part.style.backgroundColor;
    ctx.lineWidth = dash ? 0.8 : 1.6;
    ctx.setLineDash(dash ? [1.3, 1] : []);
    ctx.beginPath();
    ctx.moveTo(x, middle);
    ctx.lineTo(x + 7.4, middle);
    ctx.stroke();
  }
  ctx.restore();
}

function drawSvgPath(ctx, path) {
  const of = (name) => path.getAttribute(name);
  const shape = new Path2D(of("d"));
  if (of("fill") && of("fill") !== "none") {
    ctx.globalAlpha = Number(of("fill-opacity") ?? 1);
    ctx.fillStyle = of("fill");
    ctx.fill(shape);
  }
  if (of("stroke")) {
    ctx.globalAlpha = Number(of("stroke-opacity") ?? 1);
    ctx.strokeStyle = of("stroke");
    ctx.lineWidth = Number(of("stroke-width") ?? 1);
    ctx.setLineDash((of("stroke-dasharray") ?? "").split(" ").filter(Boolean).map(Number));
    ctx.stroke(shape);
  }
}

function drawFoot(ctx, { sheet, scale, paper, today, now }) {
  const { x, width } = sheet.map;
  const top = sheet.map.y + sheet.map.height;
  const long = barMetres(scale);
  const bar = (long * 1000) / scale;
  ctx.fillStyle = INK;
  ctx.fillRect(x, top + 3, bar, 1.2);
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(x + bar / 2, top + 3.2, bar / 2 - 0.2, 0.8);
  text(ctx, "0", x, top + 8.2);
  text(ctx, metres(long), x + bar, top + 8.2, { align: "center" });
  text(ctx, t("print.scale_line", { n: amount(scale), paper }), x, top + 13, { ink: QUIET });
  const right = { align: "right", ink: QUIET, most: width - bar - 20 };
  const looked = now.day ? ` · ${t("legend.as_of", { day: dayName(now.day) })}` : "";
  text(ctx, `${t("print.drawn_on", { day: dayName(today) })}${looked}`, x + width, top + 5.5, right);
  text(ctx, `© OpenStreetMap ${t("map.contributors")} · Gridwalk`, x + width, top + 11, right);
}
