"""How much speaks for a professional complainant, 0 to 100, as a bill that can be read aloud (`domain.md` 5).

Pure and a function of what was heard: the same complaints, moment and policy give the same bill. A score
proposes, it decides nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from services.blacklist.domain.flag.events import Reason
from services.blacklist.domain.flag.facts import MONEY_DEMANDS, Registered
from services.blacklist.domain.flag.state import Case
from services.blacklist.domain.policy import ScorePolicy, Step
from shared_kernel.words import name_key

SCORE_MAX: Final = 100
# Why complaints, or whole signals, were left out; told with every proposal.
JUSTIFIED_UNSOLVED: Final = "justified_unsolved"
SAME_MATTER_OPEN: Final = "same_matter_open"
SHARED_CAUSE: Final = "shared_cause"
BULK_BUYER: Final = "bulk_buyer"
HUMAN_REVIEW: Final = "human_review"

_GROUP_STAGES: Final = frozenset({"followers", "collective"})
Signal: TypeAlias = Callable[["_Counted"], Reason]


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


@dataclass(frozen=True, slots=True)
class _Entry:
    case: Case
    register: Registered

    @property
    def complaint(self) -> str:
        return self.case.complaint

    @property
    def received_at(self) -> datetime:
        return self.register.received_at

    @property
    def target(self) -> tuple[str, str]:
        return _name_key(self.register.merchant), _name_key(self.register.product)

    @property
    def asks_for_money(self) -> bool:
        demanded = any(each.kind in MONEY_DEMANDS for each in self.case.demands)
        return demanded or self.register.wording.multiple is not None or self.register.wording.settles

    @property
    def ratio(self) -> float | None:
        """How many times the price is asked for, None where either is not known."""
        price = self.register.price
        if price is None or not price.amount:
            return None
        sums = [
            each.amount
            for each in self.case.demands
            if each.amount is not None and each.currency in (None, price.currency)
        ]
        return float(max(sums) / price.amount) if sums else None


@dataclass(frozen=True, slots=True)
class _Counted:
    entries: Sequence[_Entry]
    by_complaint: Mapping[str, _Entry]
    settlements: tuple[tuple[str, datetime], ...]
    policy: ScorePolicy

    def line(self, signal: str, found: Iterable[_Entry], value: float | None = None) -> Reason:
        """Return the line of a signal whose points follow from the number of complaints found."""
        complaints = tuple(each.complaint for each in found)
        points = _points(self.policy.steps[signal], len(complaints))
        return Reason(
            signal=signal,
            value=float(len(complaints)) if value is None else value,
            points=points,
            complaints=complaints,
        )


def score(cases: Mapping[str, Case], at: datetime, policy: ScorePolicy) -> Bill:
    """Return the bill of a person's complaints as of `at`.

    Nothing older than the look-back counts, nor a complaint that was found justified and unsolved, that
    repeats an open one, or that shares its cause with other persons.
    """
    known = [
        _Entry(case, case.register)
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
    signals: tuple[Signal, ...] = _SIGNALS
    if _buys_in_bulk(entries, policy):
        guards.add(BULK_BUYER)
        signals = tuple(each for each in signals if each not in _SAY_NOTHING_IN_BULK)
    counted = _Counted(entries, {each.complaint: each for each in entries}, _settlements(cases), policy)
    reasons = tuple(line for signal in signals if (line := signal(counted)).points)
    return Bill(
        score=min(SCORE_MAX, sum(line.points for line in reasons)),
        reasons=reasons,
        guards=tuple(sorted(guards)),
        counted=tuple(each.complaint for each in entries),
    )


def _guard(case: Case) -> str | None:
    if case.not_solved:
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


def _buys_in_bulk(entries: Sequence[_Entry], policy: ScorePolicy) -> bool:
    purchases = max((each.register.purchases_12m or 0 for each in entries), default=0)
    return purchases >= policy.bulk_purchases and len(entries) * 100 < purchases * policy.bulk_percent


def _frequency(counted: _Counted) -> Reason:
    best = Reason(signal="frequency", value=0.0, points=0)
    times = [each.received_at for each in counted.entries]
    for window in counted.policy.frequency:
        first, last = _densest(times, window.length)
        points = _points(window.steps, last - first)
        if points > best.points:
            within = tuple(each.complaint for each in counted.entries[first:last])
            best = Reason(signal="frequency", value=float(last - first), points=points, complaints=within)
    return best


def _densest(times: Sequence[datetime], length: timedelta) -> tuple[int, int]:
    """Return where the window of this length with the most of the sorted times begins and ends."""
    windows = ((first, bisect_right(times, time + length)) for first, time in enumerate(times))
    return max(windows, key=lambda each: each[1] - each[0], default=(0, 0))


def _breadth(counted: _Counted) -> Reason:
    targets: dict[tuple[str, str], _Entry] = {}
    for each in counted.entries:
        # Complaints about one order are about one purchase, however many products it has.
        if any(each.target) and not counted.by_complaint.keys() & set(each.case.same_order):
            targets.setdefault(each.target, each)
    return counted.line("breadth", targets.values())


def _templated_wording(counted: _Counted) -> Reason:
    found: dict[str, _Entry] = {}
    for each in counted.entries:
        for alike in each.case.alike:
            other = counted.by_complaint.get(alike.other)
            if other is None or alike.percent < counted.policy.alike_percent:
                continue
            # The same words about the same thing are somebody who got no answer.
            if other.target != each.target and each.asks_for_money and other.asks_for_money:
                found |= {other.complaint: other, each.complaint: each}
    return counted.line("templated_wording", _in_time(found.values()))


def _known_template(counted: _Counted) -> Reason:
    return counted.line(
        "known_template", (each for each in counted.entries if each.register.wording.template is not None)
    )


def _fixed_multiple(counted: _Counted) -> Reason:
    return counted.line(
        "fixed_multiple", (each for each in counted.entries if each.register.wording.multiple is not None)
    )


def _demand_to_price(counted: _Counted) -> Reason:
    ratios = {each.complaint: ratio for each in counted.entries if (ratio := each.ratio) is not None}
    found = [each for each in counted.entries if ratios.get(each.complaint, 0) >= counted.policy.demand_ratio]
    highest = max((ratios[each.complaint] for each in found), default=0.0)
    return counted.line("demand_to_price", found, value=round(highest, 2))


def _repeat_after_settlement(counted: _Counted) -> Reason:
    return counted.line(
        "repeat_after_settlement", (each for each in counted.entries if _repeats(each, counted))
    )


def _repeats(entry: _Entry, counted: _Counted) -> bool:
    if entry.case.settled_matter is not None:
        return True
    return entry.asks_for_money and any(
        complaint != entry.complaint
        and settled_at < entry.received_at <= settled_at + counted.policy.after_settlement
        for complaint, settled_at in counted.settlements
    )


def _withdrawal_on_payment(counted: _Counted) -> Reason:
    return counted.line(
        "withdrawal_on_payment",
        (
            each
            for each in counted.entries
            if each.register.wording.settles or (each.case.withdrawn and each.asks_for_money)
        ),
    )


_SIGNALS: Final[tuple[Signal, ...]] = (
    _frequency,
    _breadth,
    _templated_wording,
    _known_template,
    _fixed_multiple,
    _demand_to_price,
    _repeat_after_settlement,
    _withdrawal_on_payment,
)
_SAY_NOTHING_IN_BULK: Final = (_frequency, _breadth)


def _settlements(cases: Mapping[str, Case]) -> tuple[tuple[str, datetime], ...]:
    return tuple((case.complaint, case.settled_at) for case in cases.values() if case.settled_at is not None)


def _in_time(entries: Iterable[_Entry]) -> list[_Entry]:
    return sorted(entries, key=lambda each: (each.received_at, each.complaint))


def _points(steps: Sequence[Step], count: int) -> int:
    return max((step.points for step in steps if step.count <= count), default=0)


# A history names the same few merchants and products over and over.
_name_key = lru_cache(maxsize=16_384)(name_key)
