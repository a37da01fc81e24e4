/** A binary heap in two arrays, the least key first, as spatial/heap.py: the caller keeps the size. */

/** Puts an item on the heap; returns the new size. */
export function push(keys, items, size, key, item) {
  let at = size;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (keys[above] <= key) break;
    keys[at] = keys[above];
    items[at] = items[above];
    at = above;
  }
  keys[at] = key;
  items[at] = item;
  return size + 1;
}

/** Takes the least off the heap, which is left in place `size - 1`; returns the new size. */
export function pop(keys, items, size) {
  const left = size - 1;
  const least = keys[0];
  const first = items[0];
  const key = keys[left];
  const item = items[left];
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= left) break;
    if (below + 1 < left && keys[below + 1] < keys[below]) below += 1;
    if (key <= keys[below]) break;
    keys[at] = keys[below];
    items[at] = items[below];
    at = below;
  }
  keys[at] = key;
  items[at] = item;
  keys[left] = least;
  items[left] = first;
  return left;
}
