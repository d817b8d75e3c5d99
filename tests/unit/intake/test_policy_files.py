from __future__ import annotations

from typing import Any

import pytest

from hosting.policy_files import PolicyFileError
from services.intake.domain.complaint.policy import FrontDesk
from services.intake.policy_files import front_desks_from, load_complaint_policy

FRONT = {"desk": "front", "level": "agent"}


def test_shipped_policy_loads_and_every_part_has_a_version() -> None:
    policy = load_complaint_policy()

    assert all((policy.grades.version, policy.clocks.version, policy.front_desks.version))


def test_source_without_a_front_desk_goes_to_the_default() -> None:
    desks = front_desks_from(
        {"version": "1", "default": FRONT, "sources": {"app": {**FRONT, "desk": "online"}}}
    )

    assert desks.of("app") == FrontDesk("online", "agent")
    assert desks.of("hotline") == FrontDesk("front", "agent")


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"default": FRONT}, "version"),
        ({"version": "1"}, "default"),
        ({"version": "1", "default": {"desk": "front"}}, "default.level"),
        ({"version": "1", "default": {**FRONT, "level": "king"}}, "default.level"),
        (
            {"version": "1", "default": FRONT, "sources": {"app": {**FRONT, "phone": "1"}}},
            "sources.app.phone",
        ),
    ],
)
def test_desk_table_that_says_too_little_or_too_much_is_refused(table: dict[str, Any], key: str) -> None:
    with pytest.raises(PolicyFileError) as refused:
        front_desks_from(table)

    assert key == refused.value.key
