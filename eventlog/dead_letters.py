"""Dead letters: what could not be handled is kept whole, sealed, with its cause; too many stop the consumer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.incoming import Poison, RawRecord
from eventlog.keys.sealing import NONCE_BYTES
from eventlog.observe import NO_OBSERVER, Observer
from eventlog.store import DeadLetter, InboxStore

WINDOW = 1000
SHARE_MAX = 0.20
COUNT_MIN = 50

logger = structlog.get_logger("dead_letters")


class TooManyDeadLetters(Exception):  # noqa: N818 - names the condition
    """So much of what comes in is poison that something larger is wrong: stop and let a person look."""


class DeadLetterKeeper(Protocol):
    """Where poison goes, and what watches how much of it there is."""

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]]) -> None:
        """Keep these records with what is wrong with each. The same record twice is kept once."""

    def note_handled(self, count: int) -> None:
        """Count what went well."""

    def judge(self) -> None:
        """Raise TooManyDeadLetters when there is too much poison."""


class Caught:
    """Catches what is still wrong with one record, which is a dead letter already; others are kept as always."""

    def __init__(self, record: RawRecord, keeper: DeadLetterKeeper) -> None:
        self.poison: Poison | None = None
        self._place = _record_place(record)
        self._keeper = keeper

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]]) -> None:
        """Remember the poison of the record at hand; keep what waited behind it and fails now."""
        others = []
        for record, poison in failed:
            if _record_place(record) == self._place:
                self.poison = poison
            else:
                others.append((record, poison))
        await self._keeper.keep(others)

    def note_handled(self, count: int) -> None:
        """Count nothing."""

    def judge(self) -> None:
        """Judge nothing."""


class DeadLetters:
    """Keeps poison out of the way without losing a byte of it."""

    def __init__(
        self,
        inbox: InboxStore,
        key: bytes,
        *,
        window: int = WINDOW,
        share_max: float = SHARE_MAX,
        count_min: int = COUNT_MIN,
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self._inbox = inbox
        self._cipher = AESGCM(key)
        self._recent: deque[bool] = deque(maxlen=window)
        self._dead_since_noted = 0
        self._share_max = share_max
        self._count_min = count_min
        self._observer = observer

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]]) -> None:
        """Keep these records. The same record twice is kept, counted and told once, however often delivered."""
        letters = [self._letter(record, poison) for record, poison in failed]
        fresh = await self._inbox.keep_dead(letters)
        for letter, is_fresh in zip(letters, fresh, strict=True):
            if is_fresh:
                self._tell(letter)

    def note_handled(self, count: int) -> None:
        """Count what went well of a batch of `count`, so that the share of poison is known."""
        well = max(0, count - self._dead_since_noted)
        self._dead_since_noted = 0
        self._recent.extend([False] * min(well, self._recent.maxlen or well))

    def judge(self) -> None:
        """Raise TooManyDeadLetters when the share in the window is above the limit."""
        dead = sum(self._recent)
        if dead >= self._count_min and dead > self._share_max * len(self._recent):
            raise TooManyDeadLetters(
                f"{dead} of the last {len(self._recent)} records were poison; look at the dead letters, then restart"
            )

    def opened(self, letter: DeadLetter) -> bytes | None:
        """Return a dead letter's original bytes."""
        sealed = letter.sealed_value
        if sealed is None:
            return None
        return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(letter))

    def _tell(self, letter: DeadLetter) -> None:
        self._recent.append(True)
        self._dead_since_noted += 1
        self._observer.count("dead_letters_total", topic=letter.topic, cause=letter.cause)
        logger.error(
            "dead_letter",
            topic=letter.topic,
            partition=letter.partition,
            offset=letter.offset,
            cause=letter.cause,
            rule=letter.rule,
        )

    def _letter(self, record: RawRecord, poison: Poison) -> DeadLetter:
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            headers=record.headers,
            sealed_value=None,
            cause=poison.cause,
            rule=poison.rule,
            attempts=poison.attempts,
            timestamp_ms=record.timestamp_ms,
        )
        if record.value is None:
            return letter
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, record.value, _place(letter))
        return replace(letter, sealed_value=sealed)


def _record_place(record: RawRecord) -> tuple[str, int, int, int]:
    return record.topic, record.partition, record.offset, record.timestamp_ms


def _place(letter: DeadLetter) -> bytes:
    return f"{letter.topic}/{letter.partition}/{letter.offset}".encode()
