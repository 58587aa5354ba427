"""Concord: one shared care plan for musculoskeletal pain rehabilitation."""

__version__ = "0.1.0"
