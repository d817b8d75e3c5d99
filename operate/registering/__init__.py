"""Complaints from a file into intake: every line on its own, by the same door as everybody's."""
