from __future__ import annotations

from eventlog.message import ERASED
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.blacklist.domain.flag.commands import ClockRanOut, NoteFact
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import Alike, Attributes, Compared, Registered, Shared, SharedMark
from services.blacklist.reactions import BLACKLIST, compare, on_timer, share
from shared_kernel.sketches import sketch
from tests.unit.blacklist.story import NOON, PERSON, complaint, later

TEMPLATE = (
    "The {thing} from {shop} is not as described, a different region version. Refund me half and I keep it."
)


def noted(number: int, text: str, order: str | None = None, source: str = "shop") -> FactNoted:
    attributes = Attributes(source=source, order=order, sketch=sketch(text))
    return FactNoted(
        at=later(days=number),
        by=BLACKLIST,
        person=PERSON,
        complaint=complaint(number),
        cause=f"complaint-{number}@1",
        fact=Registered(received_at=later(days=number), source=source),
        attributes=attributes,
    )


def recorded(new: FactNoted) -> Recorded[FactNoted]:
    return Recorded(
        position=9,
        stream=f"flag-{PERSON}",
        version=7,
        recorded_at=NOON,
        correlation_id="c",
        causation_id=None,
        public_sequence=None,
        event=new,
    )


def compared(new: FactNoted, *earlier: FactNoted) -> tuple[FollowUp, ...]:
    return compare(recorded(new), earlier, later(days=9))


def fact_of(follow_ups: tuple[FollowUp, ...]) -> Compared:
    (follow_up,) = follow_ups
    assert isinstance(follow_up.command, NoteFact)
    assert isinstance(follow_up.command.fact, Compared)
    return follow_up.command.fact


def test_text_like_an_earlier_one_is_noted_with_the_likeness() -> None:
    first = noted(1, TEMPLATE.format(thing="console", shop="TechBay"))
    second = noted(2, TEMPLATE.format(thing="lens", shop="PhoneHub"))

    (alike,) = fact_of(compared(second, first)).alike

    assert isinstance(alike, Alike)
    assert alike.other == complaint(1)
    assert 50 <= alike.percent < 100


def test_note_names_the_event_that_called_for_it() -> None:
    first, second = noted(1, "The same words again."), noted(2, "The same words again.")

    (follow_up,) = compared(second, first)

    note = follow_up.command
    assert isinstance(note, NoteFact)
    assert (follow_up.stream, note.cause, note.by) == (
        f"flag-{PERSON}",
        f"flag-{PERSON}@7/compared",
        BLACKLIST,
    )


def test_same_order_at_the_same_source_is_noted() -> None:
    first = noted(1, "The lamp is broken.", order="A-1")
    same = noted(2, "The plug does not fit.", order="A-1")
    elsewhere = noted(3, "Wrong colour of the chairs.", order="A-1", source="another")

    assert fact_of(compared(same, first)).same_order == (complaint(1),)
    assert compared(elsewhere, first) == ()


def test_text_like_no_earlier_one_calls_for_nothing() -> None:
    assert compared(noted(2, "水管漏水了，请来修。"), noted(1, "The heating is off.")) == ()
    assert compared(noted(1, "The heating is off.")) == ()


def test_complaint_is_not_compared_with_itself() -> None:
    one = noted(1, "The heating is off.")

    assert compared(one, one) == ()


def test_erased_person_is_compared_with_nothing() -> None:
    erased = noted(1, "The heating is off.").model_copy(update={"attributes": ERASED})

    assert compared(erased, noted(2, "The heating is off.")) == ()
    assert compared(noted(2, "The heating is off."), erased) == ()


def test_timer_names_its_clock() -> None:
    assert on_timer("flag-x", "expiry-2", NOON, later(hours=1)) == ClockRanOut(
        at=later(hours=1), by=BLACKLIST, clock="expiry-2", due=NOON
    )


def test_what_is_shared_with_others_is_noted_as_a_count_and_nothing_calls_for_nothing() -> None:
    marks = (SharedMark(mark="phone", persons=2),)

    (follow_up,) = share(recorded(noted(2, "The heating is off.")), marks, later(days=9))

    assert isinstance(follow_up.command, NoteFact)
    assert follow_up.command.fact == Shared(marks=marks)
    assert follow_up.command.cause == f"flag-{PERSON}@7/shared"
    assert share(recorded(noted(2, "The heating is off.")), (), later(days=9)) == ()
