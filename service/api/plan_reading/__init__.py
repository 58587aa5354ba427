"""Readings of a whole plan."""
