"""Checkpoints, the lease and the quarantine in plain containers."""

from __future__ import annotations

from datetime import datetime, timedelta

from eventlog.clock import Clock
from eventlog.errors import Fenced


class MemoryFollowers:
    """Checkpoints under an epoch, the lease and the quarantine."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._checkpoints: dict[str, int] = {}
        self._holder: str = ""
        self._leased_till: datetime | None = None
        self._epoch = 0
        self._quarantine: set[str] = set()

    async def checkpoint(self, name: str) -> int:
        """Return the last position a follower finished (0 when new)."""
        return self._checkpoints.get(name, 0)

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        """Move a checkpoint. Raises Fenced when `epoch` is no longer the leader's."""
        if epoch != self._epoch:
            raise Fenced(f"epoch {epoch} no longer leads")
        self._checkpoints[name] = position

    async def lease(self, holder: str, seconds: float) -> int | None:
        """Take or renew the lead; return its epoch, or None while another holds it."""
        now = self._clock.real_now()
        if self._holder != holder:
            if self._leased_till is not None and self._leased_till >= now:
                return None
            self._holder, self._epoch = holder, self._epoch + 1
        self._leased_till = now + timedelta(seconds=seconds)
        return self._epoch

    async def release(self, holder: str) -> None:
        """Give the lead back."""
        if self._holder == holder:
            self._holder, self._leased_till = "", None

    async def quarantined(self) -> set[str]:
        """Return the streams the relay passes by."""
        return set(self._quarantine)

    async def quarantine(self, stream: str, position: int, reason: str) -> None:  # noqa: ARG002 - the store's shape
        """Keep a stream out of the relay's way."""
        self._quarantine.add(stream)

    async def free(self, stream: str) -> None:
        """Take a stream out of quarantine."""
        self._quarantine.discard(stream)
