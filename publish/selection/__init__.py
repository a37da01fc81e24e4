"""What somebody selects on the map, and what is done with all of it in one go."""
