"""Measures the engine side by side with a naive peer that has the same duties."""
