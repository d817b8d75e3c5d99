from __future__ import annotations

from dataclasses import replace

from services.intake.domain.complaint.events import ComplaintLinked, ComplaintUnlinked
from tests.unit.intake.story import COMPLAINT, CUSTOMER, DORA, LINK, OTHER, UNLINK, closed, given, registered


def test_complaint_is_linked_with_the_reason() -> None:
    [event] = registered.when(LINK).then_types(ComplaintLinked)

    assert isinstance(event, ComplaintLinked)
    assert (event.other, event.why) == (OTHER, "same_order")
    registered.having(LINK).when(replace(LINK, why="same_batch")).then_nothing()
    registered.when(replace(LINK, by=DORA)).then_types(ComplaintLinked)


def test_wrong_link_is_undone() -> None:
    registered.having(LINK).when(UNLINK).then_types(ComplaintUnlinked)
    registered.having(LINK, UNLINK).when(UNLINK).then_nothing()
    closed.when(LINK).then_types(ComplaintLinked)


def test_complaint_is_not_linked_to_itself() -> None:
    registered.when(replace(LINK, other=COMPLAINT)).then_refused("link_to_itself")


def test_only_staff_and_the_service_link() -> None:
    for command in (LINK, UNLINK):
        registered.when(replace(command, by=CUSTOMER)).then_refused("staff_only")
        given().when(command).then_refused("not_registered")
