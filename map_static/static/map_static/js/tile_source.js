// Our vector tiles as protomaps-leaflet wants them.

/** `onError` is told the status of an answer that is no tile; 0 where none came. */
export function tileSource(onError) {
  return {
    async getZxy(z, x, y, signal) {
      const response = await fetch(`/tiles/map/${z}/${x}/${y}.mvt`, { signal }).catch((error) => {
        if (error.name !== "AbortError") onError(0);
        throw error;
      });
      if (!response.ok) {
        onError(response.status);
        // Not logged as a fault of the page: it is told to the reader instead.
        throw new DOMException("no tile", "AbortError");
      }
      return { data: await response.arrayBuffer() };
    },
  };
}
