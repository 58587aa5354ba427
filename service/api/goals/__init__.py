"""Goals of a plan."""
