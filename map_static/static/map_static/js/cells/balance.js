// How evenly cells share what the standard counts. Pure: no page, no Leaflet.

/** How far beyond the standard's upper limit the bars reach where no cell needs more. */
const ROOM = 1.25;

/**
 * Rows for bars: {key, share, state: "within"|"above"|"below"} of cells {key, load}, `low` and
 * `high` as shares of the bars' whole width, for a standard [least, most] of load per cell.
 */
export function balance(cells, [least, most]) {
  const whole = Math.max(most * ROOM, ...cells.map(({ load }) => load)) || 1;
  return {
    low: least / whole,
    high: most / whole,
    rows: cells.map(({ key, load }) => ({
      key,
      share: load / whole,
      state: load > most ? "above" : load < least ? "below" : "within",
    })),
  };
}

/** Keys sorted by a column ("code", "load"), those without a code (new ones) last. */
export function ordered(cells, by) {
  const sorted = [...cells];
  if (by === "load") sorted.sort((a, b) => b.load - a.load || order(a, b));
  else sorted.sort(order);
  return sorted;
}

function order(a, b) {
  if (!a.code !== !b.code) return a.code ? -1 : 1;
  return (a.code || a.key).localeCompare(b.code || b.key, undefined, { numeric: true });
}

/** A cell's short number: the last three digits of its code, "+1" for one that has none yet. */
export const numberOf = ({ code, key }) => (code ? code.slice(-3) : `+${key.replace(/^n/, "")}`);

/** A cell's name without the number that stands before it anyway; "" for one that has no name. */
export function plainNameOf({ code, key, name }) {
  const number = `${numberOf({ code, key })} `;
  return name.startsWith(number) ? name.slice(number.length) : name;
}
