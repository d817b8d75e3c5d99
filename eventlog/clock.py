"""What cannot be decided and must be asked for: the time and fresh ids. Nothing else in the house asks."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta


class Clock:
    """The database's time as last synced, plus the installation's offset row.

    The offset (demo and tests only) moves `at`, `recorded_at` and due times and nothing else: tokens,
    leases, caches and retention use `real_now` or monotonic time.
    """

    def __init__(self) -> None:
        self._base = datetime.now(UTC)
        self._read_at = time.monotonic()
        self._offset = timedelta(0)

    def sync(self, database_now: datetime, offset: timedelta) -> None:
        """Adopt the database's real time and its offset row, both read just now."""
        self._base, self._read_at, self._offset = database_now, time.monotonic(), offset

    @property
    def offset(self) -> timedelta:
        """How far this installation's time is ahead of the real one."""
        return self._offset

    def now(self) -> datetime:
        """Return the domain's time: when things happen."""
        return self.real_now() + self._offset

    def real_now(self) -> datetime:
        """Return the database's real time as last synced."""
        return self._base + timedelta(seconds=time.monotonic() - self._read_at)


def fresh_id() -> uuid.UUID:
    """Return a random id, for what has no natural one (an HTTP command without an Idempotency-Key)."""
    return uuid.uuid4()
