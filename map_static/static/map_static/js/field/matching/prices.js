/** What the matcher charges: the numbers of spatial/matching_prices.py, which explains them. */

export const PRICES = Object.freeze({
  floor: 5.5,
  detour: 3.2,
  detourNoise: 6.0,
  detourShare: 0.15,
  slack: 80.0,
  backwards: 12.0,
  turn: 9.0,
  hurry: 6.0,
  tipTurn: 1.2,
  tip: 12.0,
  tipSpeed: 0.8,
  leave: 6.0,
  enter: 6.0,
  off: 6.0,
  weight: 0.55,
  rival: 4.0,
  corner: 0.5,
  beam: 8.0,
});

/** Metres from the tip of a dead end at which whoever turns back has been at the tip. */
export function tipReach(prices, wait) {
  return prices.tip + prices.tipSpeed * wait;
}

/** Metres of the longest route that is looked at between places `crow` metres apart. */
export function farthestRoute(prices, crow, detour) {
  return crow + Math.min(prices.slack, prices.beam * detour);
}
