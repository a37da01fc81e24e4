// Fingers, pens and mice on the lamps of a circuit: a tap chooses, dragging pulls a branch. Pointer
// events come before Leaflet's own, so what is taken here never moves the map.

/** How near a spot is meant, in pixels: with a finger the target is 48 wide. */
const REACH = { touch: 24, pen: 20, mouse: 12 };
const STILL = 6;
/** A click follows within so many milliseconds. */
const CLICK = 400;
/** Farther out lamps lie too close to be told apart, and the map must still be moved. */
export const DRAG_FROM_ZOOM = 16;

export class WiringHand {
  #held = null;
  #until = 0;

  /**
   * `on` is asked ready(), and told tap(spot), drop(lamp, spot or null), cancel(), and pull(lamp, spot
   * or null), which answers whether the lamp may hang there.
   */
  constructor(map, drawing, on) {
    this.map = map;
    this.drawing = drawing;
    this.on = on;
    this.enabled = false;
    const box = map.getContainer();
    box.addEventListener("pointerdown", (event) => this.#down(event), true);
    box.addEventListener("pointermove", (event) => this.#move(event), true);
    box.addEventListener("pointerup", (event) => this.#up(event), true);
    box.addEventListener("pointercancel", () => this.#cancel(), true);
    for (const kind of ["click", "dblclick", "contextmenu"]) {
      box.addEventListener(kind, (event) => this.#swallow(event), true);
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#cancel();
    });
  }

  #down(event) {
    // A second finger means the map.
    if (!event.isPrimary) this.#cancel();
    if (!this.enabled || !event.isPrimary || event.button !== 0 || !this.on.ready()) return;
    if (event.target.closest(".leaflet-control") || this.map.getZoom() < DRAG_FROM_ZOOM) return;
    const from = this.map.mouseEventToContainerPoint(event);
    const reach = REACH[event.pointerType] ?? REACH.touch;
    const spot = this.drawing.near(from, reach);
    if (!spot) return;
    this.#held = { spot, from, reach, id: event.pointerId, pulled: false, over: null };
    if (spot.lamp == null) return;
    this.map.dragging.disable();
    this.map.getContainer().setPointerCapture(event.pointerId);
  }

  #move(event) {
    const held = this.#held;
    if (!held || event.pointerId !== held.id) return;
    const point = this.map.mouseEventToContainerPoint(event);
    held.pulled ||= point.distanceTo(held.from) > STILL;
    if (!held.pulled || held.spot.lamp == null) return;
    held.over = this.drawing.near(point, held.reach * 1.25, held.spot.lamp);
    const allowed = this.on.pull(held.spot.lamp, held.over);
    this.drawing.pull(held.spot.at, { spot: held.over, point, allowed });
  }

  #up(event) {
    const held = this.#held;
    if (!held || event.pointerId !== held.id) return;
    this.#until = event.timeStamp + CLICK;
    this.#end();
    if (!held.pulled) this.on.tap(held.spot);
    else if (held.spot.lamp != null) this.on.drop(held.spot.lamp, held.over);
  }

  #end() {
    const held = this.#held;
    this.#held = null;
    this.drawing.release();
    if (held?.spot.lamp != null) this.map.dragging.enable();
  }

  #cancel() {
    if (!this.#held) return;
    this.#end();
    this.on.cancel();
  }

  #swallow(event) {
    if (!this.#held && event.timeStamp > this.#until) return;
    event.stopPropagation();
    event.preventDefault();
  }
}
