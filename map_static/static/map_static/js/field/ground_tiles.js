// The ground as a layer of canvases, painted here from the Scene: panning only paints what comes
// into view.
import { paint } from "./ground_paint.js";

const SIZE = 256;
const SHARPEST = 2;

/** A Leaflet layer; `now()` gives {scene, look}. `again()` paints what is on screen anew. */
export function groundTiles(L, now) {
  const Tiles = L.GridLayer.extend({
    createTile(coords) {
      const canvas = document.createElement("canvas");
      const sharp = Math.min(globalThis.devicePixelRatio || 1, SHARPEST);
      canvas.width = canvas.height = SIZE * sharp;
      this.paintTile(canvas, coords);
      return canvas;
    },

    paintTile(canvas, { x, y, z }) {
      const { scene, look } = now();
      const ctx = canvas.getContext("2d", { alpha: false });
      const sharp = canvas.width / SIZE;
      ctx.setTransform(sharp, 0, 0, sharp, 0, 0);
      paint(ctx, scene, { left: x * SIZE, top: y * SIZE, size: SIZE, zoom: z }, look);
    },

    again() {
      for (const { el: canvas, coords } of Object.values(this._tiles ?? {})) {
        this.paintTile(canvas, coords);
      }
    },
  });
  return new Tiles({
    tileSize: SIZE,
    updateWhenIdle: false,
    updateWhenZooming: false,
    keepBuffer: 2,
    minZoom: 11,
    maxZoom: 20,
  });
}
