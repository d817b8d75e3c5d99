"""What follows from blacklist's own events and timers. Pure: the person's earlier notes come as data.

- a registered complaint is noted → `compare`: its text is held against the person's earlier ones, its order
  against the earlier orders; what is found is noted, as percentages and ids;
- the same → `share`: that its phone, address or payout account is other persons', too, is noted, as a count;
- a timer → `on_timer`. The clocks that fire: `expiry-<flag>` (the flag is gone) and `appeal-<flag>` (an appeal
  nobody decided is right).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from eventlog.message import By
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.blacklist.domain.flag.commands import ClockRanOut, NoteFact
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import Alike, Attributes, Compared, Fact, Shared, SharedMark
from shared_kernel.roles import SYSTEM
from shared_kernel.sketches import alike_percent

# Blacklist itself: what it notes, proposes and ends of its own accord.
BLACKLIST: Final = By(actor="blacklist", roles=(SYSTEM,))
# Below this two texts are not even of one kind: nothing to remember.
LIKENESS_NOTED_MIN: Final = 25


def compare(
    recorded: Recorded[FactNoted], earlier: Iterable[FactNoted], at: datetime
) -> tuple[FollowUp, ...]:
    """Return the note of what a new text has in common with the person's earlier ones, if anything."""
    noted = recorded.event
    if not isinstance(noted.attributes, Attributes):
        return ()
    others = {
        each.complaint: each.attributes
        for each in earlier
        if each.complaint != noted.complaint and isinstance(each.attributes, Attributes)
    }
    fact = _compared(noted.attributes, others)
    if not fact.alike and not fact.same_order:
        return ()
    return (_follow_up("compared", recorded, fact, at),)


def share(recorded: Recorded[FactNoted], marks: tuple[SharedMark, ...], at: datetime) -> tuple[FollowUp, ...]:
    """Return the note of what the complaint shares with other persons, if anything."""
    return (_follow_up("shared", recorded, Shared(marks=marks), at),) if marks else ()


def _follow_up(name: str, recorded: Recorded[FactNoted], fact: Fact, at: datetime) -> FollowUp:
    note = NoteFact(
        at=at,
        by=BLACKLIST,
        person=recorded.event.person,
        complaint=recorded.event.complaint,
        cause=f"{recorded.id}/{name}",
        fact=fact,
    )
    return FollowUp(name, recorded.stream, note)


def on_timer(_stream: str, name: str, due: datetime, at: datetime) -> ClockRanOut:
    """Return the command of a timer that fired."""
    return ClockRanOut(at=at, by=BLACKLIST, clock=name, due=due)


def _compared(mine: Attributes, others: dict[str, Attributes]) -> Compared:
    percents = {other: alike_percent(mine.sketch, theirs.sketch) or 0 for other, theirs in others.items()}
    return Compared(
        alike=tuple(
            Alike(other=other, percent=percent)
            for other, percent in sorted(percents.items())
            if percent >= LIKENESS_NOTED_MIN
        ),
        same_order=tuple(
            sorted(
                other
                for other, theirs in others.items()
                if mine.order is not None and (theirs.source, theirs.order) == (mine.source, mine.order)
            )
        ),
    )
