"""What the worker does by itself: turn days, take releases of the knowledge, forget what is kept for a time only."""
