"""Carry requests to actions and answers back; see README.md for what may not enter."""
