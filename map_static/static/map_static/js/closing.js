// What a planned walk changes. Pure; runs in Node's tests too.

/**
 * Shares 0..1 of the streets that are overdue before and after a walk closes some metres, in the
 * areas of these codes; null where the figures of one of them are not at hand.
 */
export function overdueShares(cells, codes, closesMetres) {
  const inside = cells.filter(({ code }) => codes.some((prefix) => code.startsWith(prefix)));
  const known = codes.every((prefix) => inside.some(({ code }) => code.startsWith(prefix)));
  const metres = inside.reduce((sum, cell) => sum + cell.metres, 0);
  if (!known || !metres) return null;
  const overdue = inside.reduce((sum, cell) => sum + cell.overdue_metres, 0);
  return { before: overdue / metres, after: Math.max(0, overdue - closesMetres) / metres };
}
