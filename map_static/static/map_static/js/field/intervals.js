// The interval algebra on one segment, as spatial/intervals has it for many. Pure.
// A stretch is [start, end) in whole decimetres from the segment's first vertex; a set is a list
// of stretches. A normal set is sorted, its stretches disjoint, not touching and not empty.

/** The normal set of all points that lie in any of the stretches. */
export function union(...sets) {
  const sorted = sets.flat().filter(([start, end]) => start < end).sort((a, b) => a[0] - b[0]);
  const found = [];
  for (const [start, end] of sorted) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

/**
 * Every overlap of a stretch of `a` (any set) with one of `b` (sorted and disjoint), in the order
 * of `a` and then of `b`: [index in a, index in b, start, end].
 */
export function overlay(a, b) {
  const found = [];
  a.forEach(([start, end], i) => {
    b.forEach(([from, to], j) => {
      const [left, right] = [Math.max(start, from), Math.min(end, to)];
      if (left < right) found.push([i, j, left, right]);
    });
  });
  return found;
}

/** The normal set of the points of `a` that are not in `b`. */
export function subtract(a, b) {
  const taken = union(b);
  const found = [];
  for (const [start, end] of union(a)) {
    let at = start;
    for (const [from, to] of taken) {
      if (to <= at || from >= end) continue;
      if (from > at) found.push([at, from]);
      at = to;
    }
    if (at < end) found.push([at, end]);
  }
  return found;
}

/** Centimetres of the stretches of a segment of `cm`; its last decimetre may be short. */
export function lengthCm(set, cm) {
  let sum = 0;
  for (const [start, end] of set) {
    const stop = Math.min(end * 10, cm);
    sum += stop - Math.min(start * 10, stop);
  }
  return sum;
}

/**
 * When each point was covered last: [[start, end, time], …] sorted and disjoint, neighbours that
 * touch differ in time. Stretches are [start, end, time] in any order; larger is later.
 */
export function lastSeen(stretches) {
  const cuts = [...new Set(stretches.flatMap(([start, end]) => [start, end]))].sort((a, b) => a - b);
  const found = [];
  for (let i = 1; i < cuts.length; i += 1) {
    const [from, to] = [cuts[i - 1], cuts[i]];
    let latest = -Infinity;
    for (const [start, end, time] of stretches) {
      if (start <= from && end >= to && time > latest) latest = time;
    }
    if (latest === -Infinity) continue;
    const last = found.at(-1);
    if (last && last[1] === from && last[2] === latest) last[1] = to;
    else found.push([from, to, latest]);
  }
  return found;
}
