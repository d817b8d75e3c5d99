"""One escalation per complaint: routing, bypass of the front line, and moves. Read events, commands, state, decide."""
