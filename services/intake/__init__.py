"""Intake (受理): takes complaints in, classifies, promises, and closes the loop."""
