"""The pure domain of intake."""
