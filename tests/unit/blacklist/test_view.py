"""What one may read of a person: flags with their bill, the score as of now, no text anybody wrote."""

from __future__ import annotations

from dataclasses import replace

from services.blacklist.projections.flag_list import row_of
from services.blacklist.views import person_view
from tests.unit.blacklist.story import (
    PERSON,
    POLICY,
    PROPOSE,
    WARN,
    appealed,
    closing,
    complaint,
    confirmed,
    later,
    observed,
    only_flag,
    proposed,
    state_of,
)


def test_view_shows_flag_bill_and_the_complaints_it_rests_on() -> None:
    shown = person_view(state_of(confirmed), later(days=20), POLICY.score)
    (flag,) = shown["flags"]

    assert (shown["person"], shown["state"]) == (PERSON, "confirmed")
    assert (flag["kind"], flag["confirmer"], flag["told"], flag["is_overdue"]) == (
        "professional",
        "rita",
        False,
        False,
    )
    assert sum(line.points for line in flag["reasons"]) == flag["score"]
    assert [each["complaint"] for each in shown["complaints"]] == [complaint(each) for each in (1, 2, 3)]


def test_score_is_shown_as_of_now_whatever_the_flag_says() -> None:
    later_on = person_view(state_of(confirmed), later(days=1000), POLICY.score)

    assert later_on["flags"][0]["score"] == 70
    assert later_on["score"]["points"] == 0


def test_flag_whose_review_is_due_is_shown_as_overdue() -> None:
    due = only_flag(confirmed).review_due

    assert person_view(state_of(confirmed), due, POLICY.score)["flags"][0]["is_overdue"]


def test_person_who_was_told_is_shown_as_such() -> None:
    told = state_of(proposed.having(WARN))

    assert person_view(told, later(days=20), POLICY.score)["flags"][0]["told"]


def test_row_of_the_list_has_what_the_desk_sorts_by() -> None:
    both = state_of(proposed.having(replace(PROPOSE, at=later(days=8)), closing(1, at=later(days=9))))
    flags = both.flags

    assert row_of("flag-x", both) == (
        PERSON,
        "proposed",
        ["proposed"],
        ["coercive", "professional"],
        3,
        2,
        70,
        min(flag.review_due for flag in flags),
        min(flag.expires_at for flag in flags),
    )


def test_row_of_a_person_without_flags_has_no_states() -> None:
    assert row_of("flag-x", state_of(observed)) == (PERSON, "observed", [], [], 1, 1, None, None, None)


def test_appealed_flag_stands() -> None:
    assert person_view(state_of(appealed), later(days=12), POLICY.score)["state"] == "appealed"
