// How two periods compared look on a street: by colour, by width and by dashes, so that each can do
// without the others.

/** Of each class: share of the street's width, and dashes in shares of it (none: a solid line). */
export const LOOKS = {
  both: { width: 0.4, dash: [] },
  gained: { width: 1, dash: [] },
  lost: { width: 0.85, dash: [1.8, 1] },
  neither: { width: 0.4, dash: [0.35, 1.4] },
};

/** `stretches` of a segment [{from, to, cls}] or null; `line([from, to], colour, width, {dash, cap})`
 * draws a part of it, `width` is that of its street in pixels. */
export function differing(line, width, stretches, { difference }) {
  for (const { from, to, cls } of stretches ?? []) {
    const look = LOOKS[cls];
    const dash = look.dash.map((share) => Math.max(1.5, share * width));
    line([from, to], difference[cls], Math.max(1.4, look.width * width), { dash, cap: "butt" });
  }
}
