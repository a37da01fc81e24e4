"""Open standards: OGC API (Features, Tiles, Maps) through pygeoapi, for programs and QGIS."""
