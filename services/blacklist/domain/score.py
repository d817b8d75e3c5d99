"""How much speaks for a professional complainant, 0 to 100, as a bill that can be read aloud (`domain.md` 5).

Pure and a function of what was heard: the same complaints, moment and policy give the same bill. A score
proposes, it decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.blacklist.domain.flag.events import Reason
from services.blacklist.domain.flag.state import Case
from services.blacklist.domain.policy import ScorePolicy
from services.blacklist.domain.signals import SAY_NOTHING_IN_BULK, SIGNALS, Counted, Entry, Signal

SCORE_MAX: Final = 100
# Why complaints, or whole signals, were left out; told with every proposal.
JUSTIFIED_UNSOLVED: Final = "justified_unsolved"
SAME_MATTER_OPEN: Final = "same_matter_open"
SHARED_CAUSE: Final = "shared_cause"
BULK_BUYER: Final = "bulk_buyer"
HUMAN_REVIEW: Final = "human_review"

_GROUP_STAGES: Final = frozenset({"followers", "collective"})


@dataclass(frozen=True, slots=True)
class Bill:
    """The score with its lines and the guards that were used; `counted` are the complaints it looked at."""

    score: int
    reasons: tuple[Reason, ...]
    guards: tuple[str, ...]
    counted: tuple[str, ...]

    @property
    def evidence(self) -> frozenset[str]:
        """The complaints that any line rests on."""
        return frozenset(one for reason in self.reasons for one in reason.complaints)

    def calls_for_a_proposal(self, policy: ScorePolicy) -> bool:
        """Say whether the software proposes: enough points, from several signals and complaints."""
        return (
            self.score >= policy.threshold
            and len(self.reasons) >= policy.signals_min
            and len(self.counted) >= policy.complaints_min
        )


def score(cases: Mapping[str, Case], at: datetime, policy: ScorePolicy) -> Bill:
    """Return the bill of a person's complaints as of `at`.

    Nothing older than the look-back counts, nor a complaint that was found justified and unsolved, that
    repeats an open one, or that shares its cause with other persons.
    """
    known = [
        Entry(case, case.register)
        for case in cases.values()
        if case.register is not None and at - policy.look_back <= case.register.received_at
    ]
    guarded = {each.complaint: guard for each in known if (guard := _guard(each.case)) is not None}
    entries = sorted(
        (each for each in known if each.complaint not in guarded),
        key=lambda each: (each.received_at, each.complaint),
    )
    guards = set(guarded.values())
    if any(each.register.human_review for each in known):
        guards.add(HUMAN_REVIEW)
    signals: tuple[Signal, ...] = SIGNALS
    if _buys_in_bulk(entries, policy):
        guards.add(BULK_BUYER)
        signals = tuple(each for each in signals if each not in SAY_NOTHING_IN_BULK)
    counted = Counted(entries, {each.complaint: each for each in entries}, _settlements(cases), policy)
    reasons = tuple(line for signal in signals if (line := signal(counted)).points)
    return Bill(
        score=min(SCORE_MAX, sum(line.points for line in reasons)),
        reasons=reasons,
        guards=tuple(sorted(guards)),
        counted=tuple(each.complaint for each in entries),
    )


def _guard(case: Case) -> str | None:
    if case.is_unsolved:
        return JUSTIFIED_UNSOLVED
    if case.again_while_open:
        return SAME_MATTER_OPEN
    if (
        case.group is not None
        and case.group[1] not in (None, "professional")
        and case.group[2] in _GROUP_STAGES
    ):
        return SHARED_CAUSE
    return None


def _buys_in_bulk(entries: Sequence[Entry], policy: ScorePolicy) -> bool:
    purchases = max((each.register.purchases_12m or 0 for each in entries), default=0)
    return purchases >= policy.bulk_purchases and len(entries) * 100 < purchases * policy.bulk_percent


def _settlements(cases: Mapping[str, Case]) -> tuple[tuple[str, datetime], ...]:
    return tuple((case.complaint, case.settled_at) for case in cases.values() if case.settled_at is not None)
