"""The patients of a clinic."""
