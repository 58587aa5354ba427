"""Shared plans."""
