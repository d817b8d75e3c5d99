"""The read models of blacklist."""
