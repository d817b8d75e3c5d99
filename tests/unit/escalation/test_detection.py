from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from eventlog.ids import derived_id
from services.escalation.domain.detection import Facts, facts_of, match
from services.escalation.domain.escalation.events import FactNoted
from services.escalation.domain.escalation.facts import Attributes
from tests.unit.escalation.crowd import GROUP, POLICY, complaint_of, facts, later
from tests.unit.escalation.story import CLASSIFY, REGISTER, registered, routed

LIVE: dict[str, Any] = {"group": GROUP, "group_causes": frozenset({"water_leak"})}


def test_three_persons_with_one_cause_at_one_place_found_a_group() -> None:
    found = match(facts(3), [facts(2), facts(1)], POLICY)

    assert found is not None
    assert found.is_new
    assert found.group == str(derived_id("group", complaint_of(1)))
    assert [complaint_of(1), complaint_of(2), complaint_of(3)] == [each.complaint for each in found.founders]
    assert found.causes == ("water_leak",)


def test_the_reasons_are_kept() -> None:
    found = match(facts(3), [facts(1), facts(2)], POLICY)

    assert found is not None
    reasons = found.founders[2].reasons
    assert (reasons.shared, reasons.causes) == (("product", "site"), ("water_leak",))
    assert reasons.likeness_percent == 100
    assert reasons.nearest in {complaint_of(1), complaint_of(2)}


def test_two_persons_are_no_group() -> None:
    assert match(facts(2), [facts(1)], POLICY) is None


def test_several_complaints_by_one_person_count_once() -> None:
    assert match(facts(3), [facts(1), facts(2, person=1)], POLICY) is None
    assert match(facts(3, person=1), [facts(1), facts(2)], POLICY) is None


@pytest.mark.parametrize(
    "distractor",
    [
        facts(2, cause_words=frozenset({"overcharge"})),
        facts(2, attributes=Attributes(product="Tap T1", site="Hill Court")),
        facts(2, attributes=Attributes(product="Boiler", site="Lake Court")),
        facts(2, attributes=Attributes(product="Tap T1")),
        facts(2, attributes=Attributes(site="Lake Court")),
        facts(2, cause_words=frozenset()),
        facts(2, received_at=later(hours=3) - timedelta(hours=72, seconds=1)),
        facts(2, received_at=later(hours=3) + timedelta(hours=72, seconds=1)),
    ],
    ids=[
        "other cause",
        "other site",
        "other product",
        "no site",
        "no product",
        "no cause known",
        "too long ago",
        "too long after",
    ],
)
def test_what_only_looks_alike_does_not_count(distractor: Facts) -> None:
    assert match(facts(3), [facts(1), distractor], POLICY) is None


@pytest.mark.parametrize("hours", [-72, 72])
def test_the_window_is_72_hours_on_either_side_of_the_new_complaint(hours: int) -> None:
    edge = facts(2, received_at=later(hours=3) + timedelta(hours=hours))

    assert match(facts(3), [facts(1), edge], POLICY) is not None


@pytest.mark.parametrize("heard", list(permutations((1, 2, 3))))
def test_three_found_the_same_group_in_whatever_order_they_are_heard_of(heard: tuple[int, ...]) -> None:
    first, second, last = (facts(number) for number in heard)

    found = match(last, [first, second], POLICY)

    assert found is not None
    assert found.group == str(derived_id("group", complaint_of(1)))
    assert [complaint_of(1), complaint_of(2), complaint_of(3)] == [each.complaint for each in found.founders]


def test_a_candidate_without_place_or_cause_stands_alone() -> None:
    earlier = [facts(1), facts(2)]

    assert match(facts(3, attributes=Attributes()), earlier, POLICY) is None
    assert match(facts(3, cause_words=frozenset()), earlier, POLICY) is None


def test_product_and_site_are_compared_without_width_case_and_spaces() -> None:
    wide = facts(2, attributes=Attributes(product="ＴＡＰ ｔ1", site="lake-court "))

    assert match(facts(3), [facts(1), wide], POLICY) is not None


def test_the_founders_share_one_cause_not_a_chain_of_causes() -> None:
    both = frozenset({"water_leak", "overcharge"})
    chain = [facts(1, cause_words=frozenset({"overcharge"})), facts(2)]

    assert match(facts(3, cause_words=both), chain, POLICY) is None


def test_a_match_in_a_live_group_is_joined_even_if_alone() -> None:
    found = match(facts(4), [facts(1, **LIVE)], POLICY)

    assert found is not None
    assert (found.group, found.is_new) == (GROUP, False)
    assert [complaint_of(4)] == [each.complaint for each in found.founders]


def test_a_member_of_a_group_with_another_cause_is_no_way_in() -> None:
    both = frozenset({"water_leak", "overcharge"})
    member = facts(1, cause_words=both, **LIVE)

    assert match(facts(4, cause_words=frozenset({"overcharge"})), [member], POLICY) is None


def test_of_several_groups_the_one_with_most_alike_persons_is_joined() -> None:
    other: dict[str, Any] = {"group": complaint_of(99), "group_causes": frozenset({"water_leak"})}

    found = match(facts(4), [facts(1, **LIVE), facts(2, **other), facts(3, **other)], POLICY)

    assert found is not None
    assert found.group == complaint_of(99)


def test_a_later_case_founds_its_own_group() -> None:
    long_ago = [facts(number, received_at=later(days=-9), **LIVE) for number in (7, 8, 9)]

    found = match(facts(3), [*long_ago, facts(1), facts(2)], POLICY)

    assert found is not None
    assert found.is_new
    assert found.group == str(derived_id("group", complaint_of(1)))


def test_a_complaint_in_a_live_group_looks_for_no_other() -> None:
    assert match(facts(3, **LIVE), [facts(1), facts(2)], POLICY) is None


def test_the_order_of_candidates_does_not_matter() -> None:
    earlier = [facts(1), facts(2), facts(4, received_at=later(hours=1))]

    assert match(facts(5), earlier, POLICY) == match(facts(5), earlier[::-1], POLICY)


def test_only_an_open_registration_is_a_candidate() -> None:
    noted, *_ = registered.history
    assert isinstance(noted, FactNoted)
    classified = next(
        event for event in routed.history if isinstance(event, FactNoted) and event.fact == CLASSIFY.fact
    )

    found = facts_of(noted)

    assert found is not None
    assert (found.complaint, found.place) == (REGISTER.complaint, ("tapt1", "lakecourt"))
    assert facts_of(classified) is None
    assert facts_of(noted.model_copy(update={"attributes": None})) is None


def test_a_group_founded_twice_from_the_same_complaints_is_the_same_group() -> None:
    first = match(facts(3), [facts(1), facts(2)], POLICY)
    again = match(facts(4), [facts(1), facts(2), facts(3)], POLICY)

    assert first is not None
    assert again is not None
    assert first.group == again.group
