from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.domain.complaint.events import ComplaintRegistered
from services.intake.domain.complaint.people import Complainant, Contact
from services.intake.domain.complaint.values import Owner
from tests.unit.intake.story import (
    ANNA,
    CUSTOMER,
    OTHER,
    PERSON,
    PLATFORM,
    REGISTER,
    REVIEWER,
    SYSTEM,
    TEN,
    closed,
    given,
    registered,
)


def first(command: object = REGISTER) -> ComplaintRegistered:
    [event] = given().when(command).then_types(ComplaintRegistered)  # type: ignore[arg-type]
    assert isinstance(event, ComplaintRegistered)
    return event


def test_registering_takes_the_whole_register_in() -> None:
    event = first()

    for name in ("complaint", "person", "source", "channel", "reference", "received_at", "content_hash"):
        assert getattr(REGISTER, name) == getattr(event, name)
    assert (event.narrative, event.complainant) == (REGISTER.narrative, REGISTER.complainant)
    assert (event.product, event.site, event.attachments) == (
        REGISTER.product,
        REGISTER.site,
        REGISTER.attachments,
    )


def test_same_reference_with_same_content_is_already_so() -> None:
    registered.when(replace(REGISTER, at=TEN + timedelta(days=1))).then_nothing()
    closed.when(REGISTER).then_nothing()


def test_same_reference_with_other_content_is_refused() -> None:
    registered.when(replace(REGISTER, content_hash="beef")).then_refused("reference_conflict")


@pytest.mark.parametrize("by", [ANNA, PLATFORM, CUSTOMER, SYSTEM])
def test_customer_staff_platform_and_imports_register(by: object) -> None:
    first(replace(REGISTER, by=by))  # type: ignore[arg-type]


def test_other_roles_take_no_complaints_in() -> None:
    given().when(replace(REGISTER, by=REVIEWER)).then_refused("front_door_only")


def test_empty_narrative_is_refused() -> None:
    given().when(replace(REGISTER, narrative=" \n")).then_refused("narrative_missing")


def test_customer_nobody_can_reach_is_refused() -> None:
    nameless = replace(REGISTER, complainant=Complainant(name="林女士"))

    given().when(nameless).then_refused("customer_unreachable")


def test_reachable_representative_is_one_way_to_reach_the_customer() -> None:
    spoken_for = replace(
        REGISTER,
        complainant=Complainant(name="林女士"),
        representative=Contact(name="林先生", email="son@example.org"),
    )

    assert first(spoken_for).representative == Contact(name="林先生", email="son@example.org")


def test_complaint_received_in_the_future_is_refused() -> None:
    given().when(replace(REGISTER, received_at=TEN + timedelta(minutes=6))).then_refused("received_in_future")
    first(replace(REGISTER, received_at=TEN + timedelta(minutes=4)))


def test_recorder_owns_the_complaint_first() -> None:
    assert first().owner == Owner("anna", "front", "agent")


def test_recorder_named_by_the_platform_owns_it_at_the_sources_front_desk() -> None:
    event = first(replace(REGISTER, by=PLATFORM, recorder="berta", source="regulator-portal"))

    assert event.owner == Owner("berta", "regulatory", "senior")


def test_without_recorder_the_sources_front_desk_owns_it() -> None:
    assert first(replace(REGISTER, by=PLATFORM, recorder=None)).owner == Owner(None, "front", "agent")


def test_third_parties_are_sealed_under_their_own_person_where_known() -> None:
    own = first(replace(REGISTER, third_party=Contact(phone="123456"), third_party_person=OTHER))
    unknown = first(replace(REGISTER, third_party=Contact(phone="123456")))

    assert (own.third_party_person, unknown.third_party_person) == (OTHER, PERSON)
