"""Milestones of a plan, and the progress reported on them."""
