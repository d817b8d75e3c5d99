"""The read models of escalation."""
