"""What an operator may do with a dead letter: requeue it, mended or as it was, or drop it and let the rest go on."""

from __future__ import annotations

from eventlog.dead_letters import DeadLetters
from eventlog.inbound import Inbound, Read
from eventlog.incoming import Poison, RawRecord
from eventlog.store import DeadLetter, InboxStore


class NotSettled(Exception):  # noqa: N818 - names the condition
    """The dead letter could not be settled; the message says why and nothing was lost."""


class Settling:
    """Settles dead letters in order: the successors that wait parked are released by it."""

    def __init__(self, inbound: Inbound, inbox: InboxStore, letters: DeadLetters, *, read: Read) -> None:
        self._inbound = inbound
        self._inbox = inbox
        self._letters = letters
        self._read = read

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
        """Give the record up for good and release what waits behind it."""
        place = (letter.topic, (letter.key or b"").decode(errors="replace"))
        state = (await self._inbox.states([place]))[place]
        last = self._sequence(letter)
        if last is None and state.next_parked is not None:
            last = state.next_parked - 1
        if last is not None:
            await self._inbox.move_inbox(*place, last)
            await self._inbound.release(*place)
        await self._inbox.settle_dead(letter.id, "dropped")

    def _sequence(self, letter: DeadLetter) -> int | None:
        record = RawRecord(letter.topic, letter.partition, letter.offset, letter.key, b"{}", letter.headers)
        try:
            return self._read(record).sequence
        except Poison:
            return None
