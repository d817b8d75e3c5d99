"""A complaint as the players see it: what `GET /v1/complaints/{id}` answers, read into what plays look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from operate.demo.talk import Talk

MONEY_DEMANDS: Final = frozenset({"refund", "compensation"})
_OWED = ("running", "missed")


@dataclass(frozen=True, slots=True)
class Seat:
    """Who owns it: a person, or (actor None) a desk until one of it takes it."""

    actor: str | None
    desk: str
    level: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A hand-over that waits for an answer."""

    desk: str
    level: str
    handler: str | None = None
    not_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """One run of a clock."""

    name: str
    status: str
    start: datetime
    due: datetime
    ended_at: datetime | None = None

    @property
    def is_owed(self) -> bool:
        """Whether what it waits for has not come."""
        return self.status in _OWED and self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the players go by. `timing` None: nobody has read it yet; `talk` None: no money is talked about."""

    complaint: str
    person: str
    stage: str
    owner: Seat
    offered: Offered | None = None
    timing: str | None = None
    severity: str | None = None
    harm: str = "over"
    bypass: str = "none"
    needs_review: bool = False
    clocks: tuple[ClockSeen, ...] = ()
    group: str | None = None
    group_stage: str | None = None
    referred_to: str | None = None
    reopenings: int = 0
    demands: frozenset[str] = frozenset()
    talk: Talk | None = None

    @property
    def asks_for_money(self) -> bool:
        """Whether it was read as a demand for refund or compensation."""
        return bool(self.demands & MONEY_DEMANDS)

    @property
    def is_unpaid(self) -> bool:
        """Whether an agreed sum has not gone out."""
        return self.talk is not None and self.talk.payment is not None

    @property
    def is_over(self) -> bool:
        """Whether nobody has anything more to do, now or later."""
        return self.stage == "closed" and not self.is_unpaid

    def owes(self, name: str) -> bool:
        """Tell whether a clock of this name waits."""
        return any(clock.is_owed for clock in self.clocks if clock.name == name)

    def latest(self, name: str) -> ClockSeen | None:
        """Return the last run of a clock."""
        runs = [clock for clock in self.clocks if clock.name == name]
        return max(runs, key=lambda clock: clock.start, default=None)

    @property
    def has_missed(self) -> bool:
        """Whether any clock has run out."""
        return any(clock.status == "missed" for clock in self.clocks)

    @property
    def next_due(self) -> datetime | None:
        """When the next running clock runs out."""
        return min((clock.due for clock in self.clocks if clock.status == "running"), default=None)


def seen_of(view: Mapping[str, Any]) -> Seen:
    """Read the view."""
    labels = view["assessment"] or {}
    owner, offered = view["owner"], view["offered"]
    return Seen(
        complaint=view["complaint"],
        person=view["person"],
        stage=view["stage"],
        owner=Seat(owner["actor"], owner["desk"], owner["level"]),
        offered=offered
        and Offered(offered["desk"], offered["level"], offered["handler"], tuple(offered["not_to"])),
        timing=labels.get("timing"),
        severity=labels.get("severity"),
        harm=labels.get("harm", "over"),
        bypass=labels.get("bypass", "none"),
        needs_review=labels.get("needs_review", False),
        clocks=tuple(_clock(each) for each in view["clocks"]),
        group=view["group"],
        group_stage=view["group_stage"],
        referred_to=view["referred_to"],
        reopenings=view["reopenings"],
        demands=frozenset(each["kind"] for each in labels.get("demands", ())),
    )


def _clock(view: Mapping[str, Any]) -> ClockSeen:
    ended = view["ended_at"]
    return ClockSeen(
        view["name"],
        view["status"],
        datetime.fromisoformat(view["start"]),
        datetime.fromisoformat(view["due"]),
        None if ended is None else datetime.fromisoformat(ended),
    )
