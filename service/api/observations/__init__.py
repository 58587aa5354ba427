"""Measured values that a rule may read."""
