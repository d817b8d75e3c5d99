from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts import flag as flag_contract
from eventlog.codec import Codec
from eventlog.keys import PersonKey
from eventlog.message import ERASED, personal_fields
from eventlog.recorded import Row
from services.blacklist.domain.flag.events import AnyFlagEvent, FactNoted
from services.blacklist.domain.flag.facts import Attributes
from services.blacklist.outgoing import PUBLIC, outgoing
from services.blacklist.reactions import on_timer
from tests.unit.blacklist.story import (
    APPEAL,
    CONFIRM,
    DECIDER,
    LIFT,
    OVERTURN,
    PERSON,
    PROPOSE,
    REJECT,
    REVIEW,
    WARN,
    Story,
    complaint,
    given,
    later,
    register,
    serially,
)

ATTRIBUTES = Attributes(
    source="callcentre",
    account="account-4711",
    email="canary@example.org",
    phone="+8613800001111",
    name="Canary Quill",
    address="1 Lake Court",
    order="order-0815",
    sketch=(17, 23),
)
SECOND = replace(PROPOSE, at=later(days=14))
THIRD = replace(PROPOSE, at=later(days=40), kind="vip")
STORY: Story = given().having(
    replace(register(9), attributes=ATTRIBUTES),
    *serially(3),
    WARN,
    CONFIRM,
    REVIEW,
    APPEAL,
    REJECT,
    replace(REVIEW, at=later(days=13)),
    replace(APPEAL, at=later(days=14)),
    replace(OVERTURN, at=later(days=15)),
    replace(SECOND, at=later(days=16)),
    replace(LIFT, at=later(days=17), flag=2),
    THIRD,
)
ENDED: Story = STORY.having(on_timer("", "expiry-3", later(days=70), later(days=70)))
EVENTS: list[AnyFlagEvent] = list(ENDED.history)
KEY = PersonKey("key-1", PERSON, AESGCM(AESGCM.generate_key(256)))
FLAGS: Codec[AnyFlagEvent] = Codec(get_args(AnyFlagEvent))
TEXTS = (
    WARN.text,
    CONFIRM.reason,
    REVIEW.reason,
    APPEAL.words,
    REJECT.reason,
    OVERTURN.reason,
    LIFT.reason,
    PROPOSE.reason,
    "account-4711",
    "canary@example.org",
    "+8613800001111",
    "Canary Quill",
    "1 Lake Court",
    "order-0815",
)


def stored(event: AnyFlagEvent) -> Row:
    return Row(
        position=1,
        stream="flag-x",
        version=1,
        type=event.TYPE,
        schema_version=event.VERSION,
        at=event.at,
        recorded_at=event.at,
        correlation_id="c",
        causation_id=None,
        public_type=None,
        public_schema=None,
        public_sequence=None,
        body=FLAGS.encode(event, "flag-x@1", {PERSON: KEY}).body,
        public=None,
    )


def test_the_story_tells_every_event_there_is() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(AnyFlagEvent))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_an_event_survives_the_log_with_its_keys(event: AnyFlagEvent) -> None:
    assert FLAGS.opened(stored(event), {KEY.id: KEY}) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_nothing_anybody_wrote_and_nothing_that_identifies_stands_in_clear(event: AnyFlagEvent) -> None:
    message = outgoing("flag-x", event)
    clear = stored(event).body.decode() + ("" if message is None else message.model_dump_json())

    assert [text for text in TEXTS if text in clear] == []


def test_the_texts_looked_for_were_written_in_the_story() -> None:
    written = "".join(event.model_dump_json() for event in EVENTS)

    assert [text for text in TEXTS if text not in written] == []


def test_state_is_the_same_without_a_key() -> None:
    assert DECIDER.fold([FLAGS.closed(stored(event)) for event in EVENTS]) == ENDED.state


def test_what_was_written_is_erased_with_the_key() -> None:
    confirmed = next(event for event in EVENTS if event.TYPE == "flag.confirmed")

    assert FLAGS.opened(stored(confirmed), {}).model_dump()["reason"] == ERASED.model_dump()


def test_only_notes_are_private() -> None:
    assert {type(event) for event in EVENTS if outgoing("", event) is None} == {FactNoted}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_a_public_message_says_what_the_event_says(event: AnyFlagEvent) -> None:
    message = outgoing("flag-x", event)
    if message is None:
        return
    said = message.model_dump(mode="json", exclude={"sealed"})

    assert f"amends.{event.TYPE}.v1" == message.TYPE
    assert said == event.model_dump(mode="json", include=set(said))
    assert not set(type(message).model_fields) & set(personal_fields(type(event)))


def test_every_message_of_the_topic_is_told() -> None:
    assert set(PUBLIC.values()) == set(flag_contract.MESSAGES)


def test_message_of_a_proposal_carries_the_whole_bill() -> None:
    proposal = next(event for event in EVENTS if event.TYPE == "flag.proposed")
    message = outgoing("", proposal)

    assert isinstance(message, flag_contract.Proposed)
    assert sum(line.points for line in message.reasons) == message.score
    assert complaint(1) in message.reasons[0].complaints
