"""The tables escalation decides by, as data: routing, the ladder, groups. Read from files elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

# What a routing rule may ask about. A fact can have several values (targets, threats); one is enough.
CONDITIONS: Final = (
    "timing",
    "severity",
    "grade",
    "language",
    "tier",
    "needs_review",
    "threat",
    "bypass",
    "bypass_target",
    "group_stage",
    "group_role",
    "reopened",
    "flag",
)
MOVES: Final = ("shelve", "change_handler", "hold_line", "concede", "refer")
# The stages of a group (`domain.md` 3); how many persons begin each is policy.
STAGES: Final = ("initiator", "followers", "collective")
# What a person may ask for, and the lowest level that may (`domain.md` 3: the ladder).
ESCALATION_COMMANDS: Final = (
    *MOVES,
    "resume",
    "record_bypass",
    "freeze_account",
    "send_back",
    "return_referral",
)
GROUP_COMMANDS: Final = ("join_group", "remove_member", "change_role", "approve_statement", "agree_remedy")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """One line of the decision table: fits when each named fact has one of the named values."""

    id: str
    when: Mapping[str, frozenset[str]]
    desk: str
    level: str
    skill: str | None
    clock: str

    def fits(self, facts: Mapping[str, frozenset[str]]) -> bool:
        """Say whether every condition is met."""
        return all(wanted & facts.get(name, frozenset()) for name, wanted in self.when.items())


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """The decision table: the first line that fits decides; the last one always fits."""

    version: str
    rules: tuple[RoutingRule, ...]

    def rule_for(self, facts: Mapping[str, frozenset[str]]) -> RoutingRule:
        """Return the first line that fits."""
        return next(rule for rule in self.rules if rule.fits(facts))


@dataclass(frozen=True, slots=True)
class Climb:
    """How far one missed clock lifts a complaint: so many rungs, never above `highest`."""

    steps: int
    highest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """How missed clocks lift a complaint, how long own clocks and moves last, and who may move what.

    `longest` caps each move from its beginning, however often it is prolonged: no state lasts for ever.
    """

    version: str
    climbs: Mapping[str, Climb]
    otherwise: Climb
    account: timedelta
    sent_back: timedelta
    call_back: timedelta
    call_back_level: str
    longest: Mapping[str, timedelta]
    authority: Mapping[str, str]

    def climb_for(self, clock: str) -> Climb:
        """Return how far a missed clock lifts; clocks the table does not name climb alike."""
        return self.climbs.get(clock, self.otherwise)


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """All that the escalation of one complaint is decided by."""

    routing: RoutingTable
    ladder: Ladder

    @property
    def version(self) -> str:
        """The versions of both tables, as they stand in `routed`."""
        return f"{self.routing.version} {self.ladder.version}"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a group: from how many distinct persons on, and how soon they must be contacted."""

    name: str
    persons: int
    contact_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicy:
    """When complaints become a group, and how it grows. `stages` rise in persons; the first starts at one."""

    version: str
    window: timedelta
    founding_persons: int
    stages: tuple[Stage, ...]
    authority: Mapping[str, str]

    def stage_for(self, persons: int) -> Stage:
        """Return the highest stage that so many distinct persons reach."""
        return max(
            (stage for stage in self.stages if stage.persons <= persons), key=lambda stage: stage.persons
        )
