"""Divisions of a community: drafts and their edits, comparing, putting in force, past ones."""
