"""The log in PostgreSQL: the truth."""
