"""Patrols from tablets."""
