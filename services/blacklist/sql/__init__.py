"""All SQL of blacklist."""
