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
