"""Public: what an integrator may rely on. Messages, envelope, schemas, examples, and the bad input each door names."""
