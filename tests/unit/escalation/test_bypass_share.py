"""The share of bypasses that met a record of the front line: recording first is the aim (`domain.md` 3)."""

from __future__ import annotations

from services.escalation.projections.escalation_list import row_of
from tests.unit.escalation.story import (
    ACKNOWLEDGE,
    CLASSIFY_BYPASS,
    COMPLAINT,
    RECORD_BYPASS,
    Story,
    registered,
    routed,
)


def counted(story: Story) -> tuple[int, int]:
    """How many bypasses the list counts, and how many of them met a record."""
    row = row_of(f"escalation-{COMPLAINT}", story.state)
    return row[-2], row[-1]


def test_what_the_front_line_does_after_a_bypass_makes_no_record_of_before() -> None:
    story = registered.having(CLASSIFY_BYPASS).having(ACKNOWLEDGE)

    assert counted(story) == (1, 0)


def test_a_bypass_after_the_acknowledgement_met_a_record() -> None:
    story = routed.having(ACKNOWLEDGE).having(RECORD_BYPASS)

    assert counted(story) == (1, 1)
