"""The demo's complaints: every line is a register the door accepts, and the stories it promises are there."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from contracts.register import Register, unknown_members
from shared_kernel.identity import identity_marks
from shared_kernel.terms import cause_words, language_of
from tests.unit.operate.corpus_lines import OPEN_PLOTS, Complaint, age, first_ones, lines, person

PLOTS_AT_LEAST = {
    "answered": 5,
    "answered_after_handover": 5,
    "not_solved_then_reopened": 5,
    "withdrawn": 5,
    "missed_deadline": 5,
    "left_open": 5,
    "referred": 5,
    "unreached": 3,
    "declined_handover": 3,
}
ALWAYS_TOLD = {
    "received_before",
    "language",
    "timing",
    "severity",
    "demand",
    "demand_amount",
    "bypass",
    "bypass_target",
    "group",
    "plot",
}
SOMETIMES_TOLD = {
    "near_miss_of",
    "again_of",
    "second_bypass",
    "duplicate_of",
    "expect",
    "bargain",
    "watch",
    "settled_before",
}
RESERVED_PHONE = re.compile(r"1990000\d{4}|447700900\d{3}|1?20255501\d{2}|3363998\d{4}|8190000\d+|3532091\d+")
RESERVED_MAIL = re.compile(r"[a-z0-9._-]+@example\.(com|org|net)")


@pytest.fixture(scope="module")
def told() -> list[Complaint]:
    return lines()


@pytest.fixture(scope="module")
def firsts(told: list[Complaint]) -> list[Complaint]:
    return first_ones(told)


def sent(complaint: Complaint) -> Complaint:
    return {name: value for name, value in complaint.items() if name != "story"}


def key(complaint: Complaint) -> tuple[str, str, str]:
    return complaint["source"], complaint["channel"], complaint["reference"]


def place(complaint: Complaint) -> tuple[str, str] | None:
    product, site = complaint.get("product", {}).get("name"), complaint.get("site")
    return (product, site) if product and site else None


def contacts(complaint: Complaint) -> list[Complaint]:
    return [complaint["complainant"], complaint.get("representative", {})]


def members(complaints: list[Complaint], group: str) -> list[Complaint]:
    return [each for each in complaints if each["story"]["group"] == group]


def test_every_line_is_a_register_that_the_door_accepts_once_the_time_is_filled_in(
    told: list[Complaint],
) -> None:
    for each in told:
        body = sent(each) | {"received_at": "2026-11-20T10:00:00+08:00"}

        assert "received_at" not in each
        assert unknown_members(body) == []
        assert Register.model_validate(body).reference == each["reference"]


def test_there_are_enough_complaints_half_in_each_language(firsts: list[Complaint]) -> None:
    languages = Counter(each["story"]["language"] for each in firsts)

    assert len(firsts) >= 250
    assert languages.keys() == {"zh", "en", "fr", "ja"}
    assert all(languages[name] >= 0.45 * len(firsts) for name in ("zh", "en"))


def test_the_language_told_is_the_one_the_kernel_reads(told: list[Complaint]) -> None:
    for each in told:
        language = each["story"]["language"]

        assert language_of(each["narrative"]) == (language if language in {"zh", "en"} else None)


def test_a_story_has_the_fields_of_the_readme_and_no_others(told: list[Complaint]) -> None:
    for each in told:
        story = each["story"]

        assert ALWAYS_TOLD <= story.keys() <= ALWAYS_TOLD | SOMETIMES_TOLD
        assert timedelta(0) < age(each) <= timedelta(hours=60)
        assert (story["bypass_target"] is None) == (story["bypass"] == "none")
        assert story["timing"] in {"ongoing", "past"}


def test_lines_come_oldest_first(told: list[Complaint]) -> None:
    ages = [age(each) for each in told]

    assert sorted(ages, reverse=True) == ages


def test_timing_severity_channels_and_bypass_targets_are_all_there(firsts: list[Complaint]) -> None:
    stories = [each["story"] for each in firsts]
    ongoing = sum(story["timing"] == "ongoing" for story in stories) / len(stories)

    assert 0.5 <= ongoing <= 0.6
    assert {"safety", "financial", "service", "attitude"} == {story["severity"] for story in stories}
    assert {"phone", "web", "email", "app", "counter", "letter", "social", "regulator"} == {
        each["channel"] for each in firsts
    }
    assert {"regulator", "head_office", "executive", "court", "media", "petition_office"} <= {
        story["bypass_target"] for story in stories if story["bypass"] == "done"
    }
    assert sum(story["bypass"] == "threatened" for story in stories) >= 10
    assert sum("second_bypass" in story for story in stories) == 1


def test_every_plot_is_played_often_enough_and_most_end(firsts: list[Complaint]) -> None:
    plots = Counter(each["story"]["plot"] for each in firsts)

    assert plots.keys() == PLOTS_AT_LEAST.keys()
    assert all(plots[plot] >= least for plot, least in PLOTS_AT_LEAST.items())
    assert sum(plots[plot] for plot in OPEN_PLOTS) <= 0.1 * len(firsts)


def test_texts_run_from_a_line_to_a_letter_and_none_is_told_twice(firsts: list[Complaint]) -> None:
    lengths = [len(each["narrative"]) for each in firsts]

    assert min(lengths) >= 15
    assert max(lengths) >= 3_000
    assert len({each["narrative"] for each in firsts}) == len(firsts)


def test_a_reference_is_used_once_but_for_the_planted_ones(
    told: list[Complaint], firsts: list[Complaint]
) -> None:
    first = {key(each): each for each in firsts}
    planted = [each for each in told if {"duplicate_of", "expect"} & each["story"].keys()]

    assert len(first) == len(firsts)
    assert len(planted) == 2
    for each in planted:
        is_same = sent(each) == sent(first[key(each)]) and age(each) == age(first[key(each)])

        assert is_same == ("duplicate_of" in each["story"])
        assert each["story"].get("expect", "conflict") == "conflict"
        assert each["story"].get("duplicate_of", each["reference"]) == each["reference"]


def test_a_repeat_is_the_same_person_and_order_later(firsts: list[Complaint]) -> None:
    by_reference = {each["reference"]: each for each in firsts}
    repeats = [each for each in firsts if "again_of" in each["story"]]

    assert len(repeats) >= 3
    for each in repeats:
        earlier = by_reference[each["story"]["again_of"]]

        assert person(each) == person(earlier)
        assert each.get("order") == earlier.get("order")
        assert age(each) < age(earlier)


def test_nobody_can_be_called_or_written_to(told: list[Complaint]) -> None:
    for contact in (contact for each in told for contact in contacts(each)):
        digits = re.sub(r"\(0\)|\D", "", contact.get("phone", "")).removeprefix("86")

        assert not digits or RESERVED_PHONE.fullmatch(digits)
        assert "email" not in contact or RESERVED_MAIL.fullmatch(contact["email"])


def test_two_persons_share_no_mark_of_identity(told: list[Complaint]) -> None:
    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in told:
        who = each["complainant"]
        marks = identity_marks(
            source=each["source"],
            account=who.get("account"),
            email=who.get("email"),
            phone=who.get("phone"),
            region=each["jurisdiction"],
        )
        assert marks
        for mark in marks:
            holders[mark].add(person(each))

    assert all(len(persons) == 1 for persons in holders.values())


@pytest.mark.parametrize(("group", "persons"), [("lift-riverside", 12), ("ev-linden", 3)])
def test_a_group_is_many_persons_at_one_place_naming_one_cause(
    firsts: list[Complaint], group: str, persons: int
) -> None:
    joined = members(firsts, group)
    shared = frozenset.intersection(*(cause_words(each["narrative"]) for each in joined))

    assert len({person(each) for each in joined}) >= persons
    assert len({place(each) for each in joined}) == 1
    assert {each["story"]["language"] for each in joined} == {"zh", "en"}
    assert len(shared) >= 1


def test_the_large_group_grows_from_one_over_about_thirty_hours(firsts: list[Complaint]) -> None:
    ages = [age(each) for each in members(firsts, "lift-riverside")]

    assert ages.count(max(ages)) == 1
    assert timedelta(hours=26) <= max(ages) - min(ages) <= timedelta(hours=34)


def test_a_near_miss_shares_the_place_or_the_cause_of_its_group_but_not_both(firsts: list[Complaint]) -> None:
    missed = [each for each in firsts if "near_miss_of" in each["story"]]

    assert len(missed) >= 3
    for each in missed:
        joined = members(firsts, each["story"]["near_miss_of"])
        causes = frozenset.intersection(*(cause_words(other["narrative"]) for other in joined))

        assert each["story"]["group"] is None
        assert each["product"]["name"] == joined[0]["product"]["name"]
        assert place(each) != place(joined[0]) or not causes & cause_words(each["narrative"])


def test_no_other_place_has_the_three_persons_that_make_a_group(firsts: list[Complaint]) -> None:
    at_place: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in firsts:
        where = place(each)
        if where and each["story"]["group"] is None:
            at_place[where].add(person(each))

    assert all(len(persons) < 3 for persons in at_place.values())


def test_the_odd_cases_are_there(firsts: list[Complaint]) -> None:
    who = [each["complainant"] for each in firsts]
    currencies = {
        each["story"]["demand_amount"]["currency"] for each in firsts if each["story"]["demand_amount"]
    }

    assert sum(customer.get("vulnerable", False) for customer in who) >= 10
    assert sum(customer["tier"] == "gold" for customer in who) >= 5
    assert sum("representative" in each for each in firsts) >= 5
    assert sum("attachments" in each for each in firsts) >= 10
    assert {"CNY", "USD", "GBP"} <= currencies
