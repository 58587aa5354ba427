"""Allergies and intolerances to classes of drugs."""
