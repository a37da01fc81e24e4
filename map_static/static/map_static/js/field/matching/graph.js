/**
 * The network as the matcher wants it: short-turning links, their pieces in a grid, adjacency; as
 * spatial/matching_graph.py.
 *
 * An edge that turns back on itself has several nearest points to one fix; it is cut into links
 * where its heading has changed by more than 100 degrees.
 */

import { hypot } from "./rooms.js";

const CELL = 30.0; // m
const TURN = (100.0 * Math.PI) / 180.0;
const MAX_CELLS = 4_000_000;

/**
 * E edges in metres: vertices of edge e are start[e]..start[e + 1].
 * @typedef {object} Lines
 * @property {Float64Array} xy x, y of all V vertices
 * @property {Int32Array} start (E + 1,) offsets into the vertices
 * @property {Float64Array} ends (2E,) the id of the node at each end of each edge
 */

/**
 * The graph of some lines: L links between M nodes, and their P pieces cell by cell.
 * @param {Lines} lines
 */
export function buildGraph(lines) {
  const edges = lines.start.length - 1;
  const { node, count } = numberNodes(lines.ends);
  const along = metresAlong(lines);
  const { links, vertexLink, nodes } = cutLinks(lines, along, node, count);
  const adjacency = joinLinks(links, nodes);
  const frame = frameOf(lines.xy);
  const grid = fillGrid(makePieces(lines, along, vertexLink, links.linkStart), frame);
  const edgeLength = new Float64Array(edges);
  for (let e = 0; e < edges; e++) edgeLength[e] = along[lines.start[e + 1] - 1];
  return { ...links, ...adjacency, ...grid, frame, edgeLength, nodes };
}

/** Nodes numbered in the order of their ids. */
function numberNodes(ends) {
  const ids = Float64Array.from(new Set(ends)).sort();
  const place = new Map();
  ids.forEach((id, at) => place.set(id, at));
  return { node: Int32Array.from(ends, (id) => place.get(id)), count: ids.length };
}

/** Metres of each vertex from the first one of its edge. */
function metresAlong({ xy, start }) {
  const along = new Float64Array(xy.length / 2);
  for (let e = 0; e + 1 < start.length; e++) {
    for (let v = start[e] + 1; v < start[e + 1]; v++) {
      along[v] = along[v - 1] + hypot(xy[2 * v] - xy[2 * v - 2], xy[2 * v + 1] - xy[2 * v - 1]);
    }
  }
  return along;
}

/** Columns of the links, and the link that begins or goes on at each vertex. */
function cutLinks(lines, along, node, nodeCount) {
  const vertexLink = new Int32Array(along.length);
  const rows = [];
  let nodes = nodeCount;
  for (let e = 0; e + 1 < lines.start.length; e++) {
    const [start, stop] = [lines.start[e], lines.start[e + 1]];
    let begin = along[start];
    let from = node[2 * e];
    const turns = turnsOf(lines.xy, start, stop);
    let turned = 0.0;
    for (let v = start; v < stop - 1; v++) {
      turned += turns[v - start];
      if (Math.abs(turned) > TURN && along[v] > begin) {
        rows.push([e, begin, along[v] - begin, from, nodes]);
        begin = along[v];
        from = nodes;
        nodes += 1;
        turned = 0.0;
      }
      vertexLink[v] = rows.length;
    }
    vertexLink[stop - 1] = rows.length;
    rows.push([e, begin, along[stop - 1] - begin, from, node[2 * e + 1]]);
  }
  const links = {
    linkEdge: Int32Array.from(rows, (row) => row[0]),
    linkStart: Float64Array.from(rows, (row) => row[1]),
    linkLength: Float64Array.from(rows, (row) => row[2]),
    linkFrom: Int32Array.from(rows, (row) => row[3]),
    linkTo: Int32Array.from(rows, (row) => row[4]),
  };
  return { links, vertexLink, nodes };
}

/** By how much the heading changes at each vertex but the last, in radians. */
function turnsOf(xy, start, stop) {
  const turns = new Float64Array(stop - start);
  let heading = NaN;
  for (let v = start; v < stop - 1; v++) {
    const x = xy[2 * v + 2] - xy[2 * v];
    const y = xy[2 * v + 3] - xy[2 * v + 1];
    if (x === 0.0 && y === 0.0) continue;
    const now = Math.atan2(y, x);
    if (!Number.isNaN(heading)) {
      let turn = (now - heading + Math.PI) % (2.0 * Math.PI);
      if (turn < 0) turn += 2.0 * Math.PI;
      turns[v - start] = turn - Math.PI;
    }
    heading = now;
  }
  return turns;
}

/** The links at each node: nodeLink[nodeOffset[n]..nodeOffset[n + 1]), in their order. */
function joinLinks({ linkFrom, linkTo }, nodes) {
  const nodeOffset = new Int32Array(nodes + 1);
  for (const ends of [linkFrom, linkTo]) for (const node of ends) nodeOffset[node + 1] += 1;
  for (let n = 0; n < nodes; n++) nodeOffset[n + 1] += nodeOffset[n];
  const cursor = nodeOffset.slice();
  const nodeLink = new Int32Array(2 * linkFrom.length);
  for (let k = 0; k < linkFrom.length; k++) {
    nodeLink[cursor[linkFrom[k]]++] = k;
    nodeLink[cursor[linkTo[k]]++] = k;
  }
  return { nodeOffset, nodeLink };
}

/**
 * The straight pieces between neighbouring vertices of one edge, six numbers each: x, y of the
 * start, x, y of the vector to the end, its length, metres on the link where it begins.
 */
function makePieces({ xy, start }, along, vertexLink, linkStart) {
  const edges = start.length - 1;
  const total = along.length - edges;
  const piece = new Float64Array(6 * total);
  const pieceLink = new Int32Array(total);
  let used = 0;
  for (let e = 0; e < edges; e++) {
    for (let v = start[e]; v < start[e + 1] - 1; v++) {
      const x = xy[2 * v + 2] - xy[2 * v];
      const y = xy[2 * v + 3] - xy[2 * v + 1];
      const metres = along[v] - linkStart[vertexLink[v]];
      piece.set([xy[2 * v], xy[2 * v + 1], x, y, hypot(x, y), metres], 6 * used);
      pieceLink[used++] = vertexLink[v];
    }
  }
  return { piece, pieceLink };
}

function frameOf(xy) {
  if (xy.length === 0) return { left: 0, bottom: 0, size: CELL, columns: 1, rows: 1 };
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < xy.length; v += 2) {
    left = Math.min(left, xy[v]);
    right = Math.max(right, xy[v]);
    bottom = Math.min(bottom, xy[v + 1]);
    top = Math.max(top, xy[v + 1]);
  }
  const [width, height] = [right - left, top - bottom];
  const size = Math.max(
    CELL,
    Math.sqrt((width * height) / MAX_CELLS),
    Math.max(width, height) / 1e6,
  );
  const columns = Math.floor(width / size) + 1;
  return { left, bottom, size, columns, rows: Math.floor(height / size) + 1 };
}

/** The pieces in the order of the cells that they touch: cell c has cellPiece[c]..cellPiece[c + 1]. */
function fillGrid({ piece, pieceLink }, frame) {
  const cells = [];
  const members = [];
  for (let k = 0; k < pieceLink.length; k++) {
    forCells(piece, frame, k, (cell) => {
      cells.push(cell);
      members.push(k);
    });
  }
  const cellPiece = new Int32Array(frame.columns * frame.rows + 1);
  for (const cell of cells) cellPiece[cell + 1] += 1;
  for (let c = 0; c + 1 < cellPiece.length; c++) cellPiece[c + 1] += cellPiece[c];
  const cursor = cellPiece.slice();
  const sorted = { piece: new Float64Array(6 * cells.length), pieceLink: new Int32Array(cells.length) };
  for (let i = 0; i < cells.length; i++) {
    const at = cursor[cells[i]]++;
    sorted.piece.set(piece.subarray(6 * members[i], 6 * members[i] + 6), 6 * at);
    sorted.pieceLink[at] = pieceLink[members[i]];
  }
  return { ...sorted, cellPiece };
}

function forCells(piece, { left, bottom, size, columns, rows }, k, found) {
  const [x, y, dx, dy] = piece.subarray(6 * k, 6 * k + 4);
  const cell = (metres, most) => Math.min(Math.max(Math.trunc(metres / size), 0), most - 1);
  const c0 = cell(Math.min(x, x + dx) - left, columns);
  const c1 = cell(Math.max(x, x + dx) - left, columns);
  const r0 = cell(Math.min(y, y + dy) - bottom, rows);
  const r1 = cell(Math.max(y, y + dy) - bottom, rows);
  const low = Math.min(-dy * size, 0.0) + Math.min(dx * size, 0.0);
  const high = Math.max(-dy * size, 0.0) + Math.max(dx * size, 0.0);
  const slack = 1e-6 * (Math.abs(dx) + Math.abs(dy)) * size;
  for (let row = r0; row <= r1; row++) {
    for (let column = c0; column <= c1; column++) {
      // Its line must not pass all four corners of the cell on one side.
      const base = dx * (bottom + row * size - y) - dy * (left + column * size - x);
      if (base + low <= slack && base + high >= -slack) found(row * columns + column);
    }
  }
}
