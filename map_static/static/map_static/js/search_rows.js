// The list under the search box, without the page: its rows, the chosen one, what was found before.

/** So many places that were gone to are remembered, while the page is open. */
export const MOST_RECENT = 5;

/** Rows of groups {kind, found}: every row {group, item, first}; `first` begins its group. */
export function rowsOf(groups) {
  return groups.flatMap(({ kind, found }) => found.map((item, nth) => ({ group: kind, item, first: nth === 0 })));
}

/** The row that a key leads to from row `at` (-1: none) of `length`, or null for another key. */
export function next(key, at, length) {
  if (!length) return null;
  if (key === "ArrowDown") return at + 1 < length ? at + 1 : 0;
  if (key === "ArrowUp") return at > 0 ? at - 1 : length - 1;
  if (key === "Home" && at >= 0) return 0;
  if (key === "End" && at >= 0) return length - 1;
  return null;
}

/** The list of recent items with one more in front, each only once. */
export function remembered(recent, item) {
  const same = (other) => other.kind === item.kind && other.id === item.id && other.name === item.name;
  return [item, ...recent.filter((other) => !same(other))].slice(0, MOST_RECENT);
}

/** Words beside a name: where it is, unless that is its name. */
export function beside({ name, area_name: area, username }) {
  return [username, area === name ? "" : area].filter(Boolean).join(" · ");
}
