"""One negotiation per complaint, rounds inside. Read values, facts, events, commands, state, evolve, decide."""
