"""Raw records to messages whose place is known; whatever cannot be read, or not be kept, is poison here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from eventlog.accepting import unexpected
from eventlog.inbox_plan import Accepted
from eventlog.incoming import Heard, Incoming, Poison, RawRecord, family, unparked
from eventlog.store import ParkedRecord

SEQUENCE_MAX = 2**63 - 1
KEY_LENGTH_MAX = 500
VERSION_DIGITS_MAX = 4

Read = Callable[[RawRecord], Incoming]


class Reading:
    """Reads records for one service, which hears certain types and must know every version of these."""

    def __init__(self, read: Read, heard: Iterable[Heard]) -> None:
        self.read = read
        self.heard = {each.type: each for each in heard}
        self._families = {family(name) for name in self.heard}

    def one(self, record: RawRecord) -> Incoming:
        """Return a record's message. Raises Poison and nothing else."""
        try:
            message = self.read(record)
        except Poison:
            raise
        except Exception as failure:  # noqa: BLE001 - a reader's own mistake must not cost the whole batch
            raise unexpected(failure) from None
        self._judge(message)
        return message

    def all(self, records: Sequence[RawRecord]) -> tuple[list[Incoming], list[tuple[RawRecord, Poison]]]:
        """Return the messages of a batch, and apart what cannot be read."""
        incoming, dead = [], []
        for record in records:
            try:
                incoming.append(self.one(record))
            except Poison as poison:
                dead.append((record, poison))
        return incoming, dead

    def parked(self, parked: ParkedRecord) -> Accepted:
        """Return a record that waited; this release may not be able to read it any more."""
        record = unparked(parked)
        try:
            return Accepted(self.one(record))
        except Poison as poison:
            # Its place is known from when it was parked; the rest of it nobody looks at.
            nothing = datetime.min.replace(tzinfo=UTC)
            message = Incoming(parked.topic, parked.key, parked.sequence, "", "", nothing, b"", record)
            return Accepted(message, poison=poison)

    def _judge(self, message: Incoming) -> None:
        if message.type not in self.heard and (kind := family(message.type)) in self._families:
            version = message.type.removeprefix(f"{kind}.v")
            known = version.isascii() and version.isdigit() and len(version) <= VERSION_DIGITS_MAX
            raise Poison("unknown_version", message.type if known else kind)
        if "\0" in message.key or "\0" in message.id:
            raise Poison("unreadable", "nul_in_attribute")
        if len(message.key) > KEY_LENGTH_MAX:
            raise Poison("unreadable", "key_too_long")
        if not 1 <= message.sequence <= SEQUENCE_MAX:
            raise Poison("unreadable", "sequence_out_of_range")
