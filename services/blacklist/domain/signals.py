"""The signals of a professional complainant, each a line of the bill (`domain.md` 5). Pure.

Every line names what was counted and the complaints it rests on; none says anything by itself.
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

_TWELVE_MONTHS: Final = timedelta(days=365)
Signal: TypeAlias = Callable[["Counted"], Reason]


@dataclass(frozen=True, slots=True)
class Entry:
    """A complaint that was registered, with what is asked of it."""

    case: Case
    register: Registered

    @property
    def complaint(self) -> str:
        """The complaint's id."""
        return self.case.complaint

    @property
    def received_at(self) -> datetime:
        """When it came."""
        return self.register.received_at

    @property
    def target(self) -> tuple[str, str]:
        """Merchant and product as they are compared; empty where not named."""
        return _name_key(self.register.merchant), _name_key(self.register.product)

    @property
    def asks_for_money(self) -> bool:
        """Say whether money is asked for, in the labels or in the words."""
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
class Counted:
    """What the signals look at: the complaints that count, in time order, and when others were settled."""

    entries: Sequence[Entry]
    by_complaint: Mapping[str, Entry]
    settlements: tuple[tuple[str, datetime], ...]
    policy: ScorePolicy

    def line(self, signal: str, found: Iterable[Entry], value: float | None = None) -> Reason:
        """Return the line of a signal whose points follow from the number of complaints found."""
        complaints = tuple(each.complaint for each in found)
        points = _points(self.policy.steps[signal], len(complaints))
        return Reason(
            signal=signal,
            value=float(len(complaints)) if value is None else value,
            points=points,
            complaints=complaints,
        )


def _frequency(counted: Counted) -> Reason:
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


def _breadth(counted: Counted) -> Reason:
    return counted.line("breadth", _purchases(counted.entries, counted))


def _purchases(entries: Iterable[Entry], counted: Counted) -> list[Entry]:
    """Return the first complaint about each different purchase; what names none tells of none."""
    targets: dict[tuple[str, str], Entry] = {}
    for each in entries:
        # Complaints about one order are about one purchase, however many products it has.
        if any(each.target) and not counted.by_complaint.keys() & set(each.case.same_order):
            targets.setdefault(each.target, each)
    return list(targets.values())


def _buys_to_claim(counted: Counted) -> Reason:
    found: list[Entry] = []
    for source in sorted({each.register.source for each in counted.entries}):
        claimed = _claimed_at(source, counted)
        found = claimed if len(claimed) > len(found) else found
    return counted.line("buys_to_claim", found)


def _claimed_at(source: str, counted: Counted) -> list[Entry]:
    """Return what was claimed on at a source within its last twelve months, if it is nearly all that was bought.

    `purchases_12m` is the source's own count, so only complaints of that source are held against it. Unknown,
    or none at all, says nothing: a present is complained about by who did not buy it.
    """
    of_source = [each for each in counted.entries if each.register.source == source]
    counts = [each for each in of_source if each.register.purchases_12m]
    if not counts:
        return []
    latest, bought = counts[-1].received_at, counts[-1].register.purchases_12m or 0
    within = (each for each in of_source if latest - _TWELVE_MONTHS < each.received_at <= latest)
    claimed = _purchases(within, counted)
    return claimed if len(claimed) * 100 >= bought * counted.policy.claimed_percent else []


def _shared_identity(counted: Counted) -> Reason:
    others = {each.complaint: _others(each.case, counted.policy) for each in counted.entries}
    most = max(others.values(), default=0)
    return Reason(
        signal="shared_identity",
        value=float(most),
        points=_points(counted.policy.steps["shared_identity"], most),
        complaints=tuple(complaint for complaint, persons in others.items() if persons),
    )


def _others(case: Case, policy: ScorePolicy) -> int:
    """Return how many other persons share a mark of this complaint that is not everybody's."""
    counts = (shared.persons for shared in case.shared)
    return max((persons for persons in counts if persons <= policy.shared_persons_max), default=0)


def _templated_wording(counted: Counted) -> Reason:
    found: dict[str, Entry] = {}
    for each in counted.entries:
        for alike in each.case.alike:
            other = counted.by_complaint.get(alike.other)
            if other is None or alike.percent < counted.policy.alike_percent:
                continue
            # The same words about the same thing are somebody who got no answer.
            if other.target != each.target and each.asks_for_money and other.asks_for_money:
                found |= {other.complaint: other, each.complaint: each}
    return counted.line("templated_wording", _in_time(found.values()))


def _known_template(counted: Counted) -> Reason:
    return counted.line(
        "known_template", (each for each in counted.entries if each.register.wording.template is not None)
    )


def _fixed_multiple(counted: Counted) -> Reason:
    return counted.line(
        "fixed_multiple", (each for each in counted.entries if each.register.wording.multiple is not None)
    )


def _demand_to_price(counted: Counted) -> Reason:
    ratios = {each.complaint: ratio for each in counted.entries if (ratio := each.ratio) is not None}
    found = [each for each in counted.entries if ratios.get(each.complaint, 0) >= counted.policy.demand_ratio]
    highest = max((ratios[each.complaint] for each in found), default=0.0)
    return counted.line("demand_to_price", found, value=round(highest, 2))


def _repeat_after_settlement(counted: Counted) -> Reason:
    return counted.line(
        "repeat_after_settlement", (each for each in counted.entries if _repeats(each, counted))
    )


def _repeats(entry: Entry, counted: Counted) -> bool:
    if entry.case.settled_before:
        return True
    return entry.asks_for_money and any(
        complaint != entry.complaint
        and settled_at < entry.received_at <= settled_at + counted.policy.after_settlement
        for complaint, settled_at in counted.settlements
    )


def _withdrawal_on_payment(counted: Counted) -> Reason:
    return counted.line(
        "withdrawal_on_payment",
        (
            each
            for each in counted.entries
            if each.register.wording.settles or (each.case.withdrawn and each.asks_for_money)
        ),
    )


def _in_time(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: (each.received_at, each.complaint))


def _points(steps: Sequence[Step], count: int) -> int:
    return max((step.points for step in steps if step.count <= count), default=0)


# A history names the same few merchants and products over and over.
_name_key = lru_cache(maxsize=16_384)(name_key)


SIGNALS: Final[tuple[Signal, ...]] = (
    _frequency,
    _breadth,
    _templated_wording,
    _known_template,
    _fixed_multiple,
    _demand_to_price,
    _repeat_after_settlement,
    _withdrawal_on_payment,
    _buys_to_claim,
    _shared_identity,
)
SAY_NOTHING_IN_BULK: Final = (_frequency, _breadth)
