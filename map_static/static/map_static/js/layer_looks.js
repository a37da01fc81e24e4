// Draws layers anew when they are to be more or less opaque, or other cases are to be shown.
import { showLegend } from "./legend.js";

export function startLayerLooks({ view, map, pointLayers, start }) {
  const cases = () => pointLayers().find(({ name }) => name === "cases");

  /** What is on the map in another strength: nothing is asked for again. */
  function fade() {
    map.redraw();
    map.fadeTracks(view.alpha("tracks"));
    for (const layer of pointLayers()) layer.redraw();
  }

  return {
    changed(now, before) {
      const other = now.days !== before.days || now.day !== before.day;
      if (now.opacity !== before.opacity) {
        fade();
        showLegend(now, view.greys);
      }
      // Ended cases are those of the time that is looked at.
      if (start() && (now.states !== before.states || (other && now.states))) {
        cases()?.update({ again: true });
      }
    },
  };
}
