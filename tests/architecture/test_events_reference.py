"""docs/reference/events.md is true line by line: every event, its public type and who hears it."""

from __future__ import annotations

import re

from contracts.catalogue import catalogue
from tests.architecture.deciders import composed, hearers
from tests.architecture.source import SERVICES, text_of

DOCUMENT = "docs/reference/events.md"
PRIVATE = "private"


def rows() -> dict[str, list[str]]:
    """Return the cells of each event's row, by event type."""
    found: dict[str, list[str]] = {}
    for line in text_of(DOCUMENT).splitlines():
        if re.match(r"\| `\w+\.\w+` \|", line):
            name, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert name not in found, f"{name} has two rows"
            found[name.strip("`")] = cells
    return found


def every_event() -> dict[str, str | None]:
    return {name: public for each in composed() for name, public in each.public.items()}


def test_every_event_has_a_row_and_every_row_an_event() -> None:
    doors = {"contact.reported"}

    assert set(rows()) == set(every_event()) | doors


def test_row_says_whether_the_event_is_public_and_as_what() -> None:
    said = {event: cells[0] for event, cells in rows().items() if event in every_event()}

    assert said == {event: f"`{public}`" if public else PRIVATE for event, public in every_event().items()}


def test_row_names_the_services_that_hear_the_event() -> None:
    named = {
        event: {service for service in SERVICES if re.search(rf"\b{service}\b", rows()[event][2])}
        for event in every_event()
    }

    assert named == {event: set(hearers().get(public or "", ())) for event, public in every_event().items()}


def test_every_public_message_is_somebodys_event() -> None:
    said = {cells[0].strip("`") for cells in rows().values()}

    assert said - {PRIVATE} == set(catalogue())
