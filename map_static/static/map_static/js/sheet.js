// The panel as a bottom sheet with three heights, where the screen is no office one.

const HEIGHTS = ["low", "middle", "high"];
/** Pixels that stay free above the highest, and that the lowest has; as in css/panel.css. */
const [ABOVE, LOW] = [56, 84];

/** Pixels that the sheet of a height comes to on a screen so many pixels high. Pure. */
export const heightOf = (height, screen) =>
  ({ low: LOW, middle: 0.42 * screen, high: screen - ABOVE })[height];

/** The height to go to after dragging up (negative) or down by so many pixels. Pure. */
export function after(height, dragged) {
  const at = HEIGHTS.indexOf(height);
  const steps = Math.abs(dragged) < 24 ? 0 : Math.abs(dragged) > 260 ? 2 : 1;
  const to = at + (dragged < 0 ? steps : -steps);
  return HEIGHTS[Math.min(Math.max(to, 0), HEIGHTS.length - 1)];
}

/** The height after a tap on the grip: up until it is high, then low. Pure. */
export const tapped = (height) => HEIGHTS[(HEIGHTS.indexOf(height) + 1) % HEIGHTS.length];

export function startSheet(panel, grip, changed = () => {}) {
  const set = (height) => {
    if (panel.dataset.height === height) return;
    panel.dataset.height = height;
    changed();
  };
  let from = null;
  let moved = 0;
  grip.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    moved = 0;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (from === null) return;
    moved = event.clientY - from;
    panel.style.setProperty("--drag", `${-moved}px`);
  });
  const end = () => {
    if (from === null) return;
    from = null;
    panel.style.removeProperty("--drag");
    set(after(panel.dataset.height, moved));
  };
  grip.addEventListener("pointerup", end);
  grip.addEventListener("pointercancel", end);
  grip.addEventListener("click", () => {
    if (Math.abs(moved) < 24) set(tapped(panel.dataset.height));
    moved = 0;
  });
  return { set, lowered: () => panel.dataset.height === "low" };
}
