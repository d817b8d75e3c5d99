"""What readiness looks at: the database, the consumer's own pulse, the lead, and whether we can read our log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hosting.health import Probe, ProbeResult

if TYPE_CHECKING:
    from hosting.running import Running

STUCK_SECONDS = 60.0
POLL_AGE_SECONDS_MAX = 30.0
JOIN_SECONDS_MAX = 30.0


class DatabaseProbe:
    """The service's database answers."""

    name = "database"

    def __init__(self, running: Running) -> None:
        self._running = running

    async def check(self) -> ProbeResult:
        """Ask for the head of the log."""
        head = await self._running.storage.log.head()
        self._running.observer.gauge("log_position", head)
        return ProbeResult(ok=True, facts={"log_position": head})


class ConsumerProbe:
    """The consumer polls, has partitions or knows why not, and moves on while there is something to do.

    The framework's ping cannot see a dead consumer, so this looks at polls, lag and the last batch handled.
    """

    name = "consumer"

    def __init__(self, running: Running) -> None:
        self._running = running
        self._silent_at = time.monotonic()

    async def check(self) -> ProbeResult:
        """Look at the consumer; a stuck one with lag is declared dead, to be started anew."""
        running, consuming = self._running, self._running.consuming
        consumer = consuming.consumer.consumer
        if consumer is None or not consuming.joined:
            # HTTP needs no consumer: for a while it may wait for a predecessor's session to run out.
            waited = consuming.idle_seconds
            return ProbeResult(
                ok=waited < JOIN_SECONDS_MAX, facts={"state": "joining", "seconds": round(waited, 1)}
            )
        assigned = consumer.assignment()
        lag, newest_poll = 0, 0
        for partition in assigned:
            high = consumer.highwater(partition)
            if high is not None:
                lag += max(0, high - await consumer.position(partition))
            newest_poll = max(newest_poll, consumer.last_poll_timestamp(partition) or 0)
        handled_age = consuming.idle_seconds
        poll_age = time.time() - newest_poll / 1000 if newest_poll else 0.0
        running.observer.gauge("consumer_lag", lag)
        running.observer.gauge("consumer_age_seconds", poll_age)
        if lag and handled_age > STUCK_SECONDS and poll_age > STUCK_SECONDS:
            running.life.declare_dead("consumer", "stuck with lag")
        fresh = poll_age < POLL_AGE_SECONDS_MAX
        if not fresh:
            self._silent_at = time.monotonic()
        # Counted from when Kafka came back: while it is away nobody can commit, a new process neither.
        without_commit = min(consuming.consumer.unacknowledged_seconds, time.monotonic() - self._silent_at)
        if without_commit > STUCK_SECONDS:
            running.life.declare_dead("consumer", "records come and no commit goes")
        facts = {
            "partitions": len(assigned),
            "lag": lag,
            "poll_age_seconds": round(poll_age, 1),
            "without_commit_seconds": round(without_commit, 1),
        }
        return ProbeResult(ok=fresh, facts=facts)


class LogProbe:
    """Every event of our own log can be read by this release; says also whether this instance leads."""

    name = "log"

    def __init__(self, running: Running) -> None:
        self._running = running

    async def check(self) -> ProbeResult:
        """Look at what the followers found."""
        unreadable, epoch = self._running.unreadable, self._running.leader.epoch
        facts: dict[str, str | int | float | bool | None] = {"leads": epoch is not None, "epoch": epoch}
        if unreadable is not None:
            facts["unreadable"] = unreadable
        if self._running.ahead is not None:
            facts["topic_ahead_of_log"] = self._running.ahead
        return ProbeResult(ok=unreadable is None and self._running.ahead is None, facts=facts)


def probes(running: Running) -> tuple[Probe, ...]:
    """Return the probes every service has."""
    return (DatabaseProbe(running), ConsumerProbe(running), LogProbe(running))
