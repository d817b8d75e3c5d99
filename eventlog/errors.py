"""What may go wrong in the engine, by what one can do about it."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - names the condition
    """Transient: a server does not answer now. Wait and send the same again; nothing was lost."""


class Fenced(Exception):  # noqa: N818 - names the condition
    """Another instance leads by now: whoever sees this stops following the log at once."""


class Contended(Unavailable):
    """A command lost the race for its stream too many times in a row; sending it again is safe."""


class UnreadableEvent(Exception):  # noqa: N818 - names the condition
    """A stored event of a type or version this release does not know: it must not go on, nor skip it."""

    def __init__(self, event_id: str, type_name: str, schema_version: int) -> None:
        super().__init__(
            f"{event_id}: no reader for {type_name} version {schema_version}; deploy a release that has one"
        )
        self.event_id = event_id


class KeysUnavailable(Unavailable):
    """The person key store does not answer and the key needed is not cached."""
