"""The peer: the same duties the way most services do them, a transaction each.

A transaction per command and per message, an offset commit per message, an outbox polled each 100 ms. It is
meant to be good code of its kind: pooled connections, prepared statements, an idempotent producer, no offset
committed before its message is handled. Domain, encryption, envelope and keys are the engine's own, so that
only the way of writing differs.
"""
