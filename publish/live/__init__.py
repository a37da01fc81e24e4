"""What changes is told to the maps that are open: PostgreSQL notifies, the browser asks anew."""
