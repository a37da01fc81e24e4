// The shapes of points on the map and in the legend. Pure; runs in Node's tests too.

const TURN = 2 * Math.PI;
const CORNERS = 24;

function corners(number, radius, turned = 0) {
  return Array.from({ length: number }, (_, nth) => {
    const angle = turned + (nth * TURN) / number;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

const closed = (ring) => [...ring, ring[0]];

const SHAPES = {
  disc: (r) => [closed(corners(CORNERS, r))],
  square: (r) => [closed(corners(4, r * 1.2, TURN / 8))],
  diamond: (r) => [closed(corners(4, r * 1.35))],
  house: (r) => [closed([[-0.9, 0.9], [-0.9, -0.3], [0, -1.2], [0.9, -0.3], [0.9, 0.9]].map(([x, y]) => [x * r, y * r]))],
  triangle: (r) => [closed(corners(3, r * 1.3, -TURN / 4))],
  /** A disc that is crossed out: told from the others without any colour. */
  crossed: (r) => {
    const d = r * Math.SQRT1_2;
    const cross = [
      [[-d, -d], [d, d]],
      [[-d, d], [d, -d]],
    ];
    return [...SHAPES.disc(r), ...cross];
  },
};

/** The lines of a shape around 0/0, each a list of [x, y] in the unit of the radius. */
export const outline = (shape, radius) => SHAPES[shape](radius);

/** A layer of Leaflet for a point drawn as one of the shapes; only the canvas can draw it. */
export const markLayer = (L) =>
  L.CircleMarker.extend({
    /** What is drawn again with it: its name as well. */
    _updateBounds() {
      L.CircleMarker.prototype._updateBounds.call(this);
      const { beside } = this.options;
      if (beside) this._pxBounds.extend(this._point.add([12 + 8 * beside.length, 10]));
    },
    _updatePath() {
      const renderer = this._renderer;
      if (!renderer._drawing || this._empty()) return;
      const { x, y } = this._point;
      renderer._ctx.beginPath();
      for (const line of outline(this.options.shape, this._radius)) {
        line.forEach(([dx, dy], nth) => renderer._ctx[nth ? "lineTo" : "moveTo"](x + dx, y + dy));
      }
      renderer._fillStroke(renderer._ctx, this);
      if (this.options.text) written(renderer._ctx, this.options, { x, y });
      if (this.options.beside) besides(renderer._ctx, this.options, { x, y });
    },
  });

/** A mark's text in its middle. */
function written(ctx, { text, ink }, { x, y }) {
  ctx.globalAlpha = 1;
  ctx.font = "650 13px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = ink;
  ctx.fillText(text, x, y + 0.5);
}

/** A name to the right of a mark, with a rim that parts it from what lies under it. */
function besides(ctx, { beside, ink, rim }, { x, y }) {
  ctx.globalAlpha = 1;
  ctx.font = "600 12px system-ui, sans-serif";
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3;
  ctx.strokeStyle = rim;
  ctx.strokeText(beside, x + 9, y);
  ctx.fillStyle = ink;
  ctx.fillText(beside, x + 9, y);
}

/** The same as the data of an SVG path. */
export function pathData(shape, radius) {
  const at = ([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`;
  return outline(shape, radius)
    .map((line) => `M${line.map(at).join("L")}`)
    .join("");
}

const CASE_COLOURS = { overdue: "caseOverdue", soon: "caseSoon", open: "caseOpen" };

/** How a case is drawn: its urgency by colour, a facility as a square, an event as a diamond. */
export function caseMark(urgent, topic, colours) {
  return {
    shape: topic === "event" ? "diamond" : "square",
    radius: 7,
    fill: colours[CASE_COLOURS[urgent]],
    line: colours.caseLine,
    weight: 1.5,
  };
}

const DOOR_COLOURS = { overdue: "caseOverdue", today: "caseSoon", later: "caseOpen" };

/** How a building with doors to visit is drawn: by the most urgent of them. */
export function doorMark(when, colours) {
  return { shape: "house", radius: 8, fill: colours[DOOR_COLOURS[when]], line: colours.caseLine, weight: 1.5 };
}

/** Which of {overdue, today, later} numbers of doors is the most urgent. */
export const mostUrgent = (doors) => Object.keys(DOOR_COLOURS).find((when) => doors[when] > 0);

/** How a lamp is drawn: `working` true, false, or null where nobody has said. */
export function lampMark(working, colours) {
  if (working === false) {
    return { shape: "crossed", radius: 6, fill: colours.lampDark, line: colours.fault, weight: 2 };
  }
  if (working === true) {
    return { shape: "disc", radius: 4.5, fill: colours.lamp, line: colours.lampLine, weight: 1 };
  }
  return { shape: "disc", radius: 3, fill: colours.lampUnknown, line: colours.lampUnknownLine, weight: 1.5 };
}

const CASE_STATE_MARKS = {
  waiting: ["triangle", "caseWaiting"],
  work: ["square", "caseWork"],
  hold: ["diamond", "caseHold"],
  done: ["disc", "caseDone"],
  declined: ["crossed", "caseDeclined"],
};

/** How a case is drawn by its state: another shape and another colour each. */
export function caseStateMark(state, colours) {
  const [shape, fill] = CASE_STATE_MARKS[state];
  return { shape, radius: 7, fill: colours[fill], line: colours.caseLine, weight: 1.5 };
}

/** How many points stand close together, as a disc that grows with their number. */
export function clusterMark(number, colours) {
  const radius = 13 + 3 * Math.min(Math.log10(number), 4);
  const { text, halo } = colours;
  return { shape: "disc", radius, fill: halo, line: text, weight: 2, text: String(number), ink: text };
}
