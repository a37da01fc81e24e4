"""A binary heap in two arrays, for searches in numba: the least key first, with one item each.

The caller keeps the size and gives arrays long enough. numba does not notice when a kernel of
another file changes: after an edit here, delete ``__pycache__`` of the modules that call it.
"""

import numba


@numba.njit(cache=True)
def push(keys, items, size, key, item):
    """Put an item on the heap; returns the new size."""
    at = size
    while at > 0:
        above = (at - 1) // 2
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return size + 1


@numba.njit(cache=True)
def pop(keys, items, size):
    """Take the least off the heap, which is left in place ``size - 1``; returns the new size."""
    size -= 1
    least, first = keys[0], items[0]
    key, item = keys[size], items[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if key <= keys[below]:
            break
        keys[at], items[at] = keys[below], items[below]
        at = below
    keys[at], items[at] = key, item
    keys[size], items[size] = least, first
    return size
