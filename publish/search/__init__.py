"""Finding streets, houses, lamps, areas, members and cases by what somebody types."""
