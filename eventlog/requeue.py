"""What an operator may do with a dead letter: requeue it, mended or as it was, or drop it and let the rest go on."""

from __future__ import annotations

from eventlog.dead_letters import DeadLetters
from eventlog.inbound import Inbound
from eventlog.incoming import Poison, RawRecord
from eventlog.reading import Read, Reading
from eventlog.store import DeadLetter, InboxStore

_PAGE = 1000
# Those who publish to a partition one after the other may be this far apart in their clocks; then offsets decide.
_CLOCKS_APART_MS = 60_000


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
        """Handle the record again, with mended bytes where given.

        Raises NotSettled when it fails as before, or when what came after it was applied: it would be taken for known.
        """
        if await self._is_settled(letter):
            return
        place, sequence = _place(letter), self._sequence(letter)
        last = (await self._inbox.states([place]))[place].last
        if sequence is not None and sequence <= last:
            raise NotSettled(f"its sequence {sequence} was passed by, {last} is applied: drop it")
        value = mended if mended is not None else self._letters.opened(letter)
        record = RawRecord(
            letter.topic,
            letter.partition,
            letter.offset,
            letter.key,
            value,
            letter.headers,
            letter.timestamp_ms,
        )
        trouble = await self._inbound.try_one(record)
        if trouble is not None:
            raise NotSettled(f"it still fails: {trouble.cause}, {trouble.rule}")
        await self._inbox.settle_dead(letter.id, "requeued")

    async def drop(self, letter: DeadLetter) -> None:
        """Give the record up for good and release what waits behind it.

        Raises NotSettled while records before it are missing: dropping it first would drop these as well.
        """
        place = _place(letter)
        state = (await self._inbox.states([place]))[place]
        last = self._sequence(letter)
        if last is not None and last > state.last + 1:
            raise NotSettled(f"sequence {state.last + 1} of its stream is not settled yet; it comes first")
        if last is None and (earlier := await self._earlier(letter)) is not None:
            raise NotSettled(f"dead letter {earlier} of its stream is not settled yet; it comes first")
        if last is None and state.next_parked is not None:
            last = state.next_parked - 1
        if last is not None:
            await self._inbox.move_inbox(*place, last)
            await self._inbound.release(*place)
        await self._inbox.settle_dead(letter.id, "dropped")

    async def _is_settled(self, letter: DeadLetter) -> bool:
        known = await self.find(letter.id)
        return known is not None and known.settled_as is not None

    async def _earlier(self, letter: DeadLetter) -> int | None:
        """Return an unsettled letter that stands before this one in its partition, under the same key."""
        place, after = (letter.topic, letter.partition, letter.key), 0
        while page := await self._inbox.dead_after(after, _PAGE):
            for each in page:
                same = (each.topic, each.partition, each.key) == place
                if same and each.settled_as is None and _stands_before(each, letter):
                    return each.id
            after = page[-1].id
        return None

    def _sequence(self, letter: DeadLetter) -> int | None:
        record = RawRecord(
            letter.topic,
            letter.partition,
            letter.offset,
            letter.key,
            b"{}",
            letter.headers,
            letter.timestamp_ms,
        )
        try:
            return self._reading.one(record).sequence
        except Poison:
            return None


def _stands_before(other: DeadLetter, letter: DeadLetter) -> bool:
    """Tell by the offsets, or by the times where a topic made anew counts its offsets from nothing again."""
    apart = letter.timestamp_ms - other.timestamp_ms
    if other.timestamp_ms and letter.timestamp_ms and abs(apart) > _CLOCKS_APART_MS:
        return apart > 0
    return other.offset < letter.offset


def _place(letter: DeadLetter) -> tuple[str, str]:
    return letter.topic, (letter.key or b"").decode(errors="replace").replace("\0", "\ufffd")
