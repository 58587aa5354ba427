"""The team of a plan."""
