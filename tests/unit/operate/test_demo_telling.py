"""One complaint told step by step: every event has its words, in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import catalogue
from operate.demo.case import LINES
from operate.demo.telling import CODES_ZH, TEXTS, chosen_to_tell, step_of
from tests.unit.operate.demo_cases import COMPLAINT
from tests.unit.operate.demo_records import GROUP, INTAKE, OTHER, read, registered, told

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
TOLD = [name for name in TEXTS if name != "codes" and " " not in name]


def example(name: str) -> Mapping[str, Any]:
    """The event of the contract's English example, as a history shows it."""
    found = json.loads((EXAMPLES / f"amends.{name}.v1.en.json").read_text(encoding="utf-8"))
    return {"type": name, "at": found["time"], "by": INTAKE, "data": found["data"]}


@pytest.mark.parametrize("name", TOLD)
def test_every_text_can_be_told_of_the_contracts_example(name: str) -> None:
    step = step_of(example(name))

    assert "{" not in step.text_en + step.text_zh
    assert step.text_en != step.text_zh


def test_every_event_a_customer_or_desk_would_ask_about_has_a_text() -> None:
    public = {name.removeprefix("amends.").removesuffix(".v1") for name in catalogue()}
    untold = {name for name in public if name.startswith(("complaint.", "escalation."))} - set(TOLD)

    assert untold == {
        "complaint.unlinked",
        "escalation.bypass_sent_back",
        "escalation.conceded",
        "escalation.handler_changed",
        "escalation.line_held",
        "escalation.referral_returned",
        "escalation.resumed",
        "escalation.shelved",
    }


def test_codes_are_said_in_chinese_where_they_have_a_word() -> None:
    data = {
        "desk": "care",
        "level": "senior",
        "rule": "ongoing",
        "climbed_by": ["acknowledge", "first_reply"],
    }
    step = step_of({"type": "escalation.routed", "at": "2026-03-03T12:00:00Z", "by": INTAKE, "data": data})

    assert "lifted by missed clocks: acknowledge, first_reply" in step.text_en
    assert CODES_ZH["senior"] in step.text_zh
    assert CODES_ZH["first_reply"] in step.text_zh


def test_the_first_of_the_largest_group_is_told() -> None:
    joined = told("group.member_joined", complaint=OTHER, group=GROUP, role="initiator", reasons={})
    topics = read(registered(), registered(OTHER, "NC-2"), joined)

    assert chosen_to_tell(topics, {"NC-1": COMPLAINT, "NC-2": OTHER}).reference == "NC-2"


def test_without_a_group_one_that_went_over_our_head_is_told() -> None:
    topics = read(
        registered(), registered(OTHER, "NC-2"), told("escalation.bypass_recorded", complaint=OTHER)
    )

    assert chosen_to_tell(topics, {"NC-1": COMPLAINT, "NC-2": OTHER}).reference == "NC-2"


def test_players_have_the_same_lines_in_both_languages() -> None:
    assert LINES["zh"].keys() == LINES["en"].keys()
