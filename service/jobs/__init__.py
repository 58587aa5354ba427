"""What the worker does by itself: turn the day of every plan, and forget what is kept for a time only."""
