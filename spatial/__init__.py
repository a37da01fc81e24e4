"""Pure algorithms on numpy and shapely. Nothing here knows Django or the database."""
