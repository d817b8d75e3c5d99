"""Settlement: what is done outside the log between agreed and archived, each step once, and the evidence of it."""
