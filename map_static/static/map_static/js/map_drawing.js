// What the reader puts on the map: own files, a measured line, where they stand.

const DOT = { radius: 6, weight: 2, opacity: 1, fillOpacity: 0.35 };

export class MapDrawing {
  #files = null;
  #measured = null;
  #here = null;

  constructor(L, map) {
    this.L = L;
    this.map = map;
  }

  /** GeoJSON features with a `name`, which is shown as text. */
  files(features, { ownFile: colour }) {
    this.#files?.remove();
    const style = { color: colour, weight: 3.5, opacity: 0.9, fillOpacity: 0.15 };
    const collection = { type: "FeatureCollection", features };
    this.#files = this.L.geoJSON(collection, {
      style: { ...style, bubblingMouseEvents: true },
      pointToLayer: (_feature, at) => this.L.circleMarker(at, { ...DOT, color: colour, bubblingMouseEvents: true }),
      onEachFeature: ({ properties: { name } }, layer) => {
        if (name) layer.bindTooltip(() => textual(name), { sticky: true });
      },
    }).addTo(this.map);
  }

  /** A line of [lon, lat] that is being measured, closed thinly where it has an area. */
  measured(points, colours) {
    this.#measured?.remove();
    this.#measured = null;
    if (!points) return;
    const { chosen, halo } = colours;
    const path = points.map(([lon, lat]) => [lat, lon]);
    const still = { interactive: false };
    const parts = path.map((at) =>
      this.L.circleMarker(at, { ...still, radius: 5, color: chosen, fillColor: halo, fillOpacity: 1, weight: 2 }),
    );
    const line = (of, style) => this.L.polyline(of, { ...still, ...style });
    if (path.length > 2) {
      parts.unshift(this.L.polygon(path, { ...still, stroke: false, fillColor: chosen, fillOpacity: 0.12 }));
      parts.unshift(line([path.at(-1), path[0]], { color: chosen, weight: 1.5, dashArray: "4 5" }));
    }
    parts.unshift(line(path, { color: halo, weight: 6 }), line(path, { color: chosen, weight: 2.5 }));
    this.#measured = this.L.layerGroup(parts).addTo(this.map);
  }

  /** A place and how exactly it is known, in metres; null takes it away. */
  here(place, accuracy) {
    this.#here?.remove();
    this.#here = null;
    if (!place) return;
    const at = [place.lat, place.lon];
    const look = { interactive: false, className: "here-ring" };
    this.#here = this.L.layerGroup([
      this.L.circle(at, { ...look, radius: accuracy, weight: 1.5, color: "#1a6fb5", fillOpacity: 0.12 }),
      this.L.circleMarker(at, { ...look, radius: 7, weight: 3, color: "#ffffff", fillColor: "#1a6fb5", fillOpacity: 1 }),
    ]).addTo(this.map);
  }

  /** The box [west, south, east, north] around a place and its accuracy. */
  around({ lon, lat }, accuracy) {
    const box = this.L.latLng(lat, lon).toBounds(Math.max(accuracy * 4, 100));
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }
}

function textual(of) {
  const span = document.createElement("span");
  span.textContent = of;
  return span;
}
