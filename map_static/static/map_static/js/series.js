// A line of shares over days. Pure; runs in Node's tests too.

const TOPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1];

/** The share at the upper edge: round, and no less than the largest one. */
export function topOf(shares) {
  const most = Math.max(0, ...shares);
  return TOPS.find((top) => top >= most) ?? 1;
}

/** Points of the shares in a box, the first at its left edge and the last at its right one. */
export function plotted(shares, { width, height }) {
  const top = topOf(shares);
  const step = shares.length > 1 ? width / (shares.length - 1) : 0;
  return shares.map((share, nth) => ({
    x: shares.length > 1 ? nth * step : width,
    y: height * (1 - Math.min(share / top, 1)),
  }));
}

/** The point nearest to a share 0..1 of the width. */
export function nearest(across, count) {
  return Math.min(Math.max(Math.round(across * (count - 1)), 0), count - 1);
}

/** The day so many days before another one, both like "2026-11-22". */
export function dayBefore(day, back) {
  const at = new Date(`${day}T00:00Z`);
  at.setUTCDate(at.getUTCDate() - back);
  return at.toISOString().slice(0, 10);
}

/** Sums the answers for several areas: {to, days, shares}, shares 0..1 from the oldest day on. */
export function joined(answers) {
  const [first] = answers;
  const metres = answers.reduce((sum, answer) => sum + answer.metres, 0);
  const shares = first.covered_metres.map((_, nth) => {
    const covered = answers.reduce((sum, answer) => sum + answer.covered_metres[nth], 0);
    return metres ? covered / metres : 0;
  });
  return { to: first.to, days: first.days, shares };
}
