from __future__ import annotations

import pytest

from shared_kernel import roles


def test_the_highest_rung_held_counts() -> None:
    assert roles.LADDER.index("lead") == roles.level_of(["agent", "lead", "reviewer"])


def test_roles_beside_the_ladder_have_no_level() -> None:
    assert (
        roles.level_of([roles.REVIEWER, roles.OPERATOR, roles.PLATFORM, roles.CUSTOMER, roles.SYSTEM]) == -1
    )


@pytest.mark.parametrize(("role", "supervises"), [("lead", False), ("manager", True), ("executive", True)])
def test_a_supervisor_is_a_manager_or_above(role: str, supervises: bool) -> None:
    assert supervises == roles.is_supervisor((role,))


def test_at_least_looks_up_the_ladder_and_never_down() -> None:
    held = ("senior",)

    assert roles.at_least(held, "agent")
    assert roles.at_least(held, "senior")
    assert not roles.at_least(held, "lead")
    assert not roles.at_least((), "agent")


def test_a_system_is_not_at_least_an_agent() -> None:
    assert not roles.at_least(("system",), "agent")


def test_the_ladder_is_climbed_rung_by_rung_and_ends_at_executive() -> None:
    climbed: list[str] = []
    rung: str | None = "agent"

    while rung is not None:
        climbed.append(rung)
        rung = roles.next_level(rung)

    assert tuple(climbed) == roles.LADDER


def test_a_role_beside_the_ladder_has_no_next_level() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        roles.next_level("reviewer")
