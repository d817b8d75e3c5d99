"""How negotiations ended, what was agreed and paid, and who was flagged, as the topics tell it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from operate.demo.reading import ReadBack, Told

OPEN: Final = "open"
# What ends a round, by the event that says so.
ENDS: Final = {
    "negotiation.settled": "settled",
    "negotiation.refused": "refused",
    "negotiation.withdrawn": "withdrawn",
    "negotiation.referred": "referred",
    "negotiation.ended": "ended",
}


@dataclass(slots=True)
class Sums:
    """Money by currency: agreed, paid (less what came back), in how many settlements with and without money."""

    agreed: dict[str, Decimal] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Flagged:
    """What the topic tells of one person's flags."""

    names: Counter[str] = field(default_factory=Counter)
    reasons: Sequence[Mapping[str, Any]] = ()
    score: int | None = None
    screened: set[str] = field(default_factory=set)


def ends_of(read_back: ReadBack) -> dict[str, str]:
    """Return how the last round of each negotiation ended, by complaint; `open` where it goes on."""
    ends: dict[str, str] = {}
    for event in read_back.events.get("negotiation", ()):
        if event.name in {"negotiation.opened", "negotiation.resumed"}:
            ends[event.complaint] = OPEN
        elif event.name in ENDS:
            ends[event.complaint] = ENDS[event.name]
    return ends


def sums_of(read_back: ReadBack) -> Sums:
    """Return what was agreed and what was paid, by currency."""
    found = Sums()
    agreed: defaultdict[str, Decimal] = defaultdict(Decimal)
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    gone_out: dict[str, Mapping[str, str]] = {}
    for event in read_back.events.get("negotiation", ()):
        match event.name:
            case "negotiation.settled":
                _add(agreed, event.data["sum"])
                found.counts["with money" if Decimal(event.data["sum"]["amount"]) else "without money"] += 1
            case "negotiation.paid":
                gone_out[str(event.data["payment"])] = event.data["sum"]
            case "negotiation.payment_reversed":
                gone_out.pop(str(event.data["payment"]), None)
    for sum_ in gone_out.values():
        _add(paid, sum_)
    found.agreed = {currency: amount for currency, amount in sorted(agreed.items()) if amount}
    found.paid = dict(sorted(paid.items()))
    return found


def flags_of(read_back: ReadBack) -> dict[str, Flagged]:
    """Return what the topic tells of each flagged person."""
    found: defaultdict[str, Flagged] = defaultdict(Flagged)
    for event in read_back.events.get("flag", ()):
        person = found[str(event.data["person"])]
        person.names[event.name.partition(".")[2]] += 1
        if event.name == "flag.proposed":
            person.reasons, person.score = event.data["reasons"], event.data.get("score")
        elif event.name == "flag.screened" and event.data["flags"]:
            person.screened.add(event.complaint)
    return dict(found)


def persons_of(read_back: ReadBack) -> dict[str, str]:
    """Return the person of each complaint."""
    return {event.complaint: str(event.data["person"]) for event in read_back.named("complaint.registered")}


def complaints_with(events: Iterable[Told]) -> set[str]:
    """Return the complaints these events tell of."""
    return {event.complaint for event in events}


def _add(sums: defaultdict[str, Decimal], sum_: Mapping[str, str]) -> None:
    sums[sum_["currency"]] += Decimal(sum_["amount"])
