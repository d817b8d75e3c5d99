"""One group per shared cause: its members, stage, statement and remedy. Read events, commands, state, decide."""
