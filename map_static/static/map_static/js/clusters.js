// Points that stand close together as one, where there are too many to tell apart.

/** From so many on the screen on. */
export const CROWD = 500;
/** How near, in pixels, points become one. */
const RADIUS = 60;
/** From this zoom on every point stands for itself. */
const MOST_ZOOM = 18;

/**
 * Points of one layer, clustered by supercluster, which is loaded when a crowd is first seen.
 * `features` are GeoJSON points; clusters are points too, with `cluster: true` and `point_count`.
 */
export class Clusters {
  #index;

  static async of(features) {
    const { default: Supercluster } = await import("supercluster");
    const made = new Clusters();
    made.#index = new Supercluster({ radius: RADIUS, maxZoom: MOST_ZOOM, extent: 256 });
    made.#index.load(features);
    return made;
  }

  /** What is drawn at a zoom in a box [west, south, east, north]. */
  at(box, zoom) {
    return this.#index.getClusters(box, Math.floor(zoom));
  }

  /** The zoom at which a cluster falls apart. */
  apart(id) {
    return this.#index.getClusterExpansionZoom(id);
  }
}

/** Those of the features whose point lies in a box. */
export const within = (features, [west, south, east, north]) =>
  features.filter(({ geometry: { coordinates: [lon, lat] } }) =>
    lon >= west && lon <= east && lat >= south && lat <= north,
  );
