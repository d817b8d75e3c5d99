"""A whole consumer on one store: what came in can be asked for by own stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from eventlog.clock import Clock
from eventlog.dead_letters import DeadLetters
from eventlog.inbound import Door, Inbound
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.observe import CounterName, GaugeName, MeasureName
from eventlog.requeue import Settling
from eventlog.store import DeadLetter, Storage
from tests.support.notes import Decide, decide, note_catalogue
from tests.support.records import HEARD, TOPIC, read

LETTER_KEY = bytes(32)


class Counting:
    """Keeps counters as they were counted."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, ...]] = Counter()

    def count(self, name: CounterName, value: int = 1, **labels: str) -> None:
        self.counted[name, *labels.values()] += value

    def gauge(self, name: GaugeName, value: float, **labels: str) -> None:
        self.counted[name, *labels.values()] = int(value)

    def measure(self, name: MeasureName, value: float, **labels: str) -> None:
        self.counted[name, *labels.values()] += int(value)


class Consumer:
    """Log, inbox, dead letters and settling of one service that notes what it hears."""

    def __init__(
        self,
        storage: Storage,
        *,
        decide_with: Decide = decide,
        doors: Mapping[str, Door] | None = None,
        patience_seconds: float = 5.0,
        count_min: int = 50,
    ) -> None:
        self.storage = storage
        self.counting = Counting()
        self.keyring = Keyring(MemoryKeyStore())
        self.log = EventLog(storage.log, note_catalogue(decide_with), self.keyring, clock=Clock())
        self.letters = DeadLetters(storage.inbox, LETTER_KEY, count_min=count_min, observer=self.counting)
        self.inbound = Inbound(
            self.log,
            storage.inbox,
            self.letters,
            read=read,
            heard=HEARD,
            doors=doors,
            patience_seconds=patience_seconds,
            observer=self.counting,
        )
        self.settling = Settling(self.inbound, storage.inbox, self.letters, read=read)

    async def noted(self, key: str) -> Sequence[str]:
        """The codes an own stream has noted, in order."""
        state: tuple[str, ...] = (await self.log.state(f"note-{key}")).state
        return state

    async def last(self, key: str, topic: str = TOPIC) -> int:
        """How far the inbox of a key is."""
        return (await self.storage.inbox.states([(topic, key)]))[topic, key].last

    async def dead(self) -> list[DeadLetter]:
        """All dead letters."""
        return await self.storage.inbox.dead_after(0, 1000)

    async def parked(self) -> int:
        """How many records wait."""
        return await self.storage.inbox.parked_count()
