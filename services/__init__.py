"""The services: one shape each; none imports another."""
