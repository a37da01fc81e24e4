// Menus made of <details>: they close on a click elsewhere and on Escape.

/** Menus that `selector` finds, also those made later; Escape gives the focus back. */
export function startPopovers(selector = "details.popover") {
  const open = () => document.querySelectorAll(`:is(${selector})[open]`);
  document.addEventListener("pointerdown", (event) => {
    for (const popover of open()) if (!popover.contains(event.target)) popover.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const popover of open()) {
      popover.open = false;
      popover.querySelector("summary").focus();
    }
  });
}
