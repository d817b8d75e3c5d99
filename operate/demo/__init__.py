"""The demo: complaints written for this project live their lives through the real services, and the totals must fit."""
