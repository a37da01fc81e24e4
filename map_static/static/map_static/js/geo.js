// Pure geometry, no page and no Leaflet: these functions run in Node's tests too.
// Points are {x, y} in any flat unit; positions along a line are shares 0..1 of its length.

/** Length of a line of points. */
export function lengthOf(line) {
  let sum = 0;
  for (let i = 1; i < line.length; i += 1) {
    sum += Math.hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return sum;
}

/** The part of a line between two shares of its length, ends interpolated; [] when empty. */
export function slice(line, from, to) {
  if (line.length < 2 || !(to > from)) return [];
  if (from <= 0 && to >= 1) return line;
  const total = lengthOf(line);
  if (total === 0) return [];
  const start = Math.max(from, 0) * total;
  const end = Math.min(to, 1) * total;
  const part = [];
  let at = 0;
  for (let i = 1; i < line.length; i += 1) {
    const a = line[i - 1];
    const b = line[i];
    const step = Math.hypot(b.x - a.x, b.y - a.y);
    const next = at + step;
    if (next >= start && at <= end && step > 0) {
      if (part.length === 0) part.push(between(a, b, Math.max(0, (start - at) / step)));
      part.push(next <= end ? b : between(a, b, (end - at) / step));
    }
    at = next;
    if (at > end) break;
  }
  return part;
}

function between(a, b, share) {
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}

/** The point half way along a line. */
export function middle(line) {
  const half = slice(line, 0, 0.5);
  return half.length ? half[half.length - 1] : line[0];
}

/** Whether two boxes [west, south, east, north] touch. */
export function touch(a, b) {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** A box a little larger: by a share of its sides. */
export function padded([west, south, east, north], share) {
  const dx = (east - west) * share;
  const dy = (north - south) * share;
  return [west - dx, south - dy, east + dx, north + dy];
}

/** Whether the first box lies wholly inside the second. */
export function inside(a, b) {
  return a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3];
}

/** A line moved to the right of its direction (y pointing down) by a distance; corners are mitred
 * up to twice it, so that a way there and the way back lie side by side. */
export function beside(line, distance) {
  const dense = line.filter((p, i) => i === 0 || p.x !== line[i - 1].x || p.y !== line[i - 1].y);
  if (dense.length < 2) return dense;
  const normals = dense.slice(1).map((b, i) => {
    const a = dense[i];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    return { x: (a.y - b.y) / length, y: (b.x - a.x) / length };
  });
  return dense.flatMap((p, i) => {
    const one = normals[Math.max(i - 1, 0)];
    const two = normals[Math.min(i, normals.length - 1)];
    // Half of 1 + cos of the bend.
    const half = (1 + one.x * two.x + one.y * two.y) / 2;
    const moved = (x, y) => ({ x: p.x + x * distance, y: p.y + y * distance });
    // A turn back has no mitre: it goes around its end.
    if (half < 0.1) return [moved(one.x, one.y), moved(two.x, two.y)];
    const reach = 2 * Math.max(half, 0.5);
    return [moved((one.x + two.x) / reach, (one.y + two.y) / reach)];
  });
}

/** Small arrow heads along a line, one every so many units, each as three points. */
export function arrows(line, { every, size }) {
  const found = [];
  let next = every / 2;
  let at = 0;
  for (let i = 1; i < line.length; i += 1) {
    const [a, b] = [line[i - 1], line[i]];
    const step = Math.hypot(b.x - a.x, b.y - a.y);
    for (; step > 0 && next <= at + step; next += every) {
      const tip = between(a, b, (next - at) / step);
      const [ux, uy] = [((b.x - a.x) / step) * size, ((b.y - a.y) / step) * size];
      found.push([
        { x: tip.x - ux - uy, y: tip.y - uy + ux },
        tip,
        { x: tip.x - ux + uy, y: tip.y - uy - ux },
      ]);
    }
    at += step;
  }
  return found;
}

/** Which points can be marked so that no two marks lie closer than a gap: the earlier ones win. */
export function apart(points, gap) {
  const kept = [];
  points.forEach((p, i) => {
    if (kept.every((k) => Math.hypot(points[k].x - p.x, points[k].y - p.y) >= gap)) kept.push(i);
  });
  return kept;
}
