"""Flags of advice that cannot all be followed."""
