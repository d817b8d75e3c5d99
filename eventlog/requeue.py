"""What an operator may do with a dead letter: requeue it, mended or as it was, or drop it and let the rest go on."""

from __future__ import annotations

from eventlog.dead_letters import DeadLetters
from eventlog.inbound import Inbound
from eventlog.incoming import Poison, RawRecord
from eventlog.reading import Read, Reading
from eventlog.store import DeadLetter, InboxStore


class NotSettled(Exception):  # noqa: N818 - names the condition
    """The dead letter could not be settled; the message says why and nothing was lost."""


class Settling:
    """Settles dead letters in order: the successors that wait parked are released by it."""

    def __init__(self, inbound: Inbound, inbox: InboxStore, letters: DeadLetters, *, read: Read) -> None:
        self._inbound = inbound
        self._inbox = inbox
        self._letters = letters
        self._reading = Reading(read, ())

    async def find(self, number: int) -> DeadLetter | None:
        """Return a dead letter by its number."""
        found = await self._inbox.dead_after(number - 1, 1)
        return found[0] if found and found[0].id == number else None

    async def requeue(self, letter: DeadLetter, mended: bytes | None = None) -> None:
        """Handle the record again, with mended bytes where given. Raises NotSettled when it fails as before."""
        value = mended if mended is not None else self._letters.opened(letter)
        record = RawRecord(letter.topic, letter.partition, letter.offset, letter.key, value, letter.headers)
        trouble = await self._inbound.try_one(record)
        if trouble is not None:
            raise NotSettled(f"it still fails: {trouble.cause}, {trouble.rule}")
        await self._inbox.settle_dead(letter.id, "requeued")

    async def drop(self, letter: DeadLetter) -> None:
        """Give the record up for good and release what waits behind it.

        Raises NotSettled while records before it are missing: dropping it first would drop these as well.
        """
        place = (letter.topic, (letter.key or b"").decode(errors="replace").replace("\0", "\ufffd"))
        state = (await self._inbox.states([place]))[place]
        last = self._sequence(letter)
        if last is not None and last > state.last + 1:
            raise NotSettled(f"sequence {state.last + 1} of its stream is not settled yet; it comes first")
        if last is None and state.next_parked is not None:
            last = state.next_parked - 1
        if last is not None:
            await self._inbox.move_inbox(*place, last)
            await self._inbound.release(*place)
        await self._inbox.settle_dead(letter.id, "dropped")

    def _sequence(self, letter: DeadLetter) -> int | None:
        record = RawRecord(letter.topic, letter.partition, letter.offset, letter.key, b"{}", letter.headers)
        try:
            return self._reading.one(record).sequence
        except Poison:
            return None
