"""The complaint (投诉), intake's one aggregate. Read events, commands, state, evolve, decide in this order."""
