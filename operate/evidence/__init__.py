"""Checks evidence of a settlement offline: needs the file and nothing of ours that runs."""
