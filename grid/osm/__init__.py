"""OpenStreetMap files: reading, the rule of duty, segments, sidewalks, places, storing."""
