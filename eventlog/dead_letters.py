"""Dead letters: what could not be handled is kept whole, sealed, with its cause; too many stop the consumer."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
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

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]], *, attempts: int = 1) -> None:
        """Keep these records with what is wrong with each."""

    def note_handled(self, count: int) -> None:
        """Count what went well."""

    def judge(self) -> None:
        """Raise TooManyDeadLetters when there is too much poison."""


class Caught:
    """Holds what fails instead of keeping it: the record at hand is a dead letter already."""

    def __init__(self) -> None:
        self.poisons: list[Poison] = []

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]], *, attempts: int = 1) -> None:  # noqa: ARG002 - the keeper's shape
        """Remember what is wrong."""
        self.poisons.extend(poison for _, poison in failed)

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
        self._share_max = share_max
        self._count_min = count_min
        self._observer = observer

    async def keep(self, failed: Sequence[tuple[RawRecord, Poison]], *, attempts: int = 1) -> None:
        """Keep these records. The same record twice is kept once."""
        await self._inbox.keep_dead([self._letter(record, poison, attempts) for record, poison in failed])
        for record, poison in failed:
            self._recent.append(True)
            self._observer.count("dead_letters_total", topic=record.topic, cause=poison.cause)
            logger.error(
                "dead_letter",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                cause=poison.cause,
                rule=poison.rule,
            )

    def note_handled(self, count: int) -> None:
        """Count what went well, so that the share of poison is known."""
        self._recent.extend([False] * min(count, self._recent.maxlen or count))

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

    def _letter(self, record: RawRecord, poison: Poison, attempts: int) -> DeadLetter:
        letter = DeadLetter(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            headers=record.headers,
            sealed_value=None,
            cause=poison.cause,
            rule=poison.rule,
            attempts=attempts,
        )
        if record.value is None:
            return letter
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, record.value, _place(letter))
        return DeadLetter(
            letter.topic, letter.partition, letter.offset, letter.key, letter.headers, sealed, letter.cause,
            letter.rule, letter.attempts,
        )  # fmt: skip


def _place(letter: DeadLetter) -> bytes:
    return f"{letter.topic}/{letter.partition}/{letter.offset}".encode()
