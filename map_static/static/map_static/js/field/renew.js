// Screens are drawn anew whenever something arrives, and a button that is taken from under a finger is
// never pressed: what is the same stays the element that it was.
import { present } from "../dom.js";

/**
 * Put children in place of those that are there; one that equals what is there gives way to it. What
 * a button does must follow from how it looks or from a data-key, since the earlier one stays.
 */
export function renew(parent, ...children) {
  let at = parent.firstChild;
  for (const child of present(children)) {
    let same = at;
    while (same && !same.isEqualNode(child)) same = same.nextSibling;
    if (!same) parent.insertBefore(child, at);
    else {
      while (at !== same) at = removed(at);
      at = same.nextSibling;
    }
  }
  while (at) at = removed(at);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** Whether what a screen is about to show, as JSON, is other than what it showed last. */
export function isNew(screen, ...shown) {
  const before = screen.shown;
  screen.shown = JSON.stringify(shown);
  return screen.shown !== before;
}
