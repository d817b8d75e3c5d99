"""All flags of one person: what was heard, proposed, judged. Read events, commands, state, decide."""
