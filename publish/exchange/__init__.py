"""Everything stored for an area in one GeoPackage, and back into an empty database."""
