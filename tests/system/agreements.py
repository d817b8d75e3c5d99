"""R2 for settlements: however often a process dies, what was agreed has one document, one signature of the company,
one payment instruction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from eventlog.recorded import Row
from services.compensation.domain.negotiation.events import (
    OfferAccepted,
    PaymentReversed,
    RoundEvent,
    Settled,
)
from tests.system.folding import by_stream, event_of

# What an acceptance may lead to once, and no more.
ONCE_AGREED: Final = (
    "document_rendered",
    "customer_signed",
    "company_signed",
    "settled",
    "archived",
)


def settled_once(rows: Sequence[Row]) -> list[str]:
    """R2: each round of each negotiation was documented, signed, settled and paid no more often than agreed."""
    negotiations = [row for row in rows if row.stream.startswith("negotiation-")]
    return [line for stream, each in by_stream(negotiations).items() for line in _of_stream(stream, each)]


def _of_stream(stream: str, rows: Sequence[Row]) -> list[str]:
    events = [event for event in map(event_of, rows) if isinstance(event, RoundEvent)]
    said = Counter((event.round, event.TYPE.partition(".")[2]) for event in events)
    found = []
    for number in sorted({event.round for event in events}):
        agreed = said[number, OfferAccepted.TYPE.partition(".")[2]]
        back = said[number, PaymentReversed.TYPE.partition(".")[2]]
        found += [
            f"R2 {stream} round {number}: {said[number, kind]} × {kind} for {agreed} × agreed"
            for kind in ONCE_AGREED
            # What was paid after all is archived anew.
            if said[number, kind] > agreed + (back if kind == "archived" else 0)
        ]
        owed = sum(
            isinstance(event, Settled) and bool(event.sum.amount) for event in events if event.round == number
        )
        # What came back is instructed anew once, when somebody has named an account.
        if not owed <= (instructed := said[number, "payment_instructed"]) <= owed + back:
            found.append(f"R2 {stream} round {number}: {back} came back, {instructed} payments for {owed}")
    return found
