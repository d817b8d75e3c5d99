from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts import escalation as escalation_contract
from contracts import group as group_contract
from eventlog.codec import Codec
from eventlog.keys import PersonKey
from eventlog.message import ERASED, personal_fields
from eventlog.recorded import Row
from services.escalation.domain.escalation.commands import EscalationCommand
from services.escalation.domain.escalation.events import AnyEscalationEvent, FactNoted
from services.escalation.domain.group.events import AnyGroupEvent, RemedyAgreed
from services.escalation.outgoing import PUBLIC, outgoing
from services.escalation.reactions import on_timer
from services.escalation.upcasters import UPCASTERS
from tests.unit.escalation import crowd
from tests.unit.escalation.story import (
    ANSWER,
    CARL_OWNS,
    CHANGE_HANDLER,
    CLOSE,
    COMPLAINT,
    CONCEDE,
    CORRECT_TO_NO_BYPASS,
    DECIDER,
    FREEZE,
    GROUP,
    HOLD_LINE,
    LEFT,
    LINK,
    PERSON,
    RECORD_BYPASS,
    REFER,
    REGRADE,
    REOPEN,
    REPLY,
    RESUME,
    RETURN,
    SECOND_BYPASS,
    SEND_BACK,
    SHELVE,
    STOP_HARM,
    Story,
    grouped,
    labelled,
    missed,
    note,
    registered,
)

AnyOwnEvent = AnyEscalationEvent | AnyGroupEvent

ALL_THAT_CAN_BE_ASKED: list[EscalationCommand] = [
    note(labelled(bypass="threatened", target="media")),
    REPLY,
    RECORD_BYPASS,
    FREEZE,
    LINK,
    CARL_OWNS,
    REGRADE,
    SEND_BACK,
    SHELVE,
    RESUME,
    SHELVE,
    on_timer("", "shelve", SHELVE.until, SHELVE.until),
    HOLD_LINE,
    on_timer("", "hold_line", HOLD_LINE.until, HOLD_LINE.until),
    CONCEDE,
    CHANGE_HANDLER,
    REFER,
    RETURN,
    SECOND_BYPASS,
    CORRECT_TO_NO_BYPASS,
    note(grouped("followers", remedy={"kind": "refund", "amount": "12.50", "currency": "EUR"})),
    note(LEFT),
    STOP_HARM,
    missed("final_answer"),
    ANSWER,
    REOPEN,
    CLOSE,
]
STORY: Story = registered.having(*ALL_THAT_CAN_BE_ASKED)
CROWD = crowd.formed.having(crowd.CHANGE_ROLE, crowd.REMOVE, crowd.joining(4), crowd.APPROVE, crowd.AGREE)
EVENTS: list[AnyOwnEvent] = [*STORY.history, *CROWD.history]
KEYS = {
    person: PersonKey(f"key of {person}", person, AESGCM(AESGCM.generate_key(256)))
    for person in (PERSON, crowd.KEEPER, *(crowd.person_of(number) for number in range(1, 5)))
}
BY_ID = {key.id: key for key in KEYS.values()}
ESCALATIONS: Codec[AnyEscalationEvent] = Codec(get_args(AnyEscalationEvent))
GROUPS: Codec[AnyGroupEvent] = Codec(get_args(AnyGroupEvent), UPCASTERS)

# As the release before stored it.
REMEDY_AGREED_1 = (
    b'{"at":"2026-03-04T12:00:00Z","by":{"actor":"mara","roles":["manager"],"desk":"groups"},'
    b'"group":"018f0000-0000-8000-8000-0000000000c1",'
    b'"remedy":{"kind":"compensation","amount":"120.00","currency":"CNY"},'
    b'"terms_sha256":"69ffb8012d9f644b43cdbc4f64428bcfa1ca8879c5d0e1a874cc8c9bfd890826",'
    b'"keeper":"018f0000-0000-8000-8000-0000000000f1","sealed":[]}'
)
TEXTS = (
    "waits for the laboratory",
    "the laboratory has answered",
    "they do not get on",
    "the contract is clear",
    "our mistake after all",
    FREEZE.account,
    SEND_BACK.reason,
    REFER.name,
    REFER.reason,
    RETURN.findings,
    "Tap T1",
    "Lake Court",
    crowd.REMOVE.reason,
    crowd.APPROVE.text,
    crowd.AGREE.terms,
)


def codec_of(event: AnyOwnEvent) -> Codec[AnyEscalationEvent] | Codec[AnyGroupEvent]:
    return ESCALATIONS if event.TYPE.startswith("escalation.") else GROUPS


def stored(event: AnyOwnEvent) -> Row:
    return Row(
        position=1,
        stream="escalation-x",
        version=1,
        type=event.TYPE,
        schema_version=event.VERSION,
        at=event.at,
        recorded_at=event.at,
        correlation_id=COMPLAINT,
        causation_id=None,
        public_type=None,
        public_schema=None,
        public_sequence=None,
        body=codec_of(event).encode(event, "escalation-x@1", KEYS).body,  # type: ignore[arg-type]
        public=None,
    )


def test_the_story_tells_every_event_there_is() -> None:
    assert {type(event) for event in EVENTS} == {*get_args(AnyEscalationEvent), *get_args(AnyGroupEvent)}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_an_event_survives_its_json(event: AnyOwnEvent) -> None:
    assert type(event).model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_an_event_survives_the_log_with_its_keys(event: AnyOwnEvent) -> None:
    assert codec_of(event).opened(stored(event), BY_ID) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_nothing_anybody_wrote_stands_in_clear(event: AnyOwnEvent) -> None:
    message = outgoing("escalation-x", event)
    clear = stored(event).body.decode() + ("" if message is None else message.model_dump_json())

    assert [text for text in TEXTS if text in clear] == []


def test_the_texts_looked_for_were_written_in_the_story() -> None:
    written = "".join(event.model_dump_json() for event in EVENTS)

    assert [text for text in TEXTS if text not in written] == []


def test_state_is_the_same_without_a_key() -> None:
    without_keys = [ESCALATIONS.closed(stored(event)) for event in STORY.history]

    assert DECIDER.fold(without_keys) == STORY.state
    assert crowd.DECIDER.fold([GROUPS.closed(stored(event)) for event in CROWD.history]) == CROWD.state


def test_what_was_written_is_erased_with_the_key() -> None:
    shelved = next(event for event in STORY.history if event.TYPE == "escalation.shelved")

    assert ESCALATIONS.opened(stored(shelved), {}).model_dump()["reason"] == ERASED.model_dump()


def test_remedy_agreed_without_its_hash_is_read_as_ever() -> None:
    [agreed] = crowd.formed.when(crowd.AGREE).events
    assert isinstance(agreed, RemedyAgreed)
    old = replace(stored(agreed), schema_version=1, body=REMEDY_AGREED_1)

    read = GROUPS.closed(old)

    assert isinstance(read, RemedyAgreed)
    assert (read.remedy, read.keeper, read.terms) == (agreed.remedy, agreed.keeper, ERASED)
    with pytest.raises(ValueError, match="terms_sha256"):
        GROUPS.closed(replace(old, schema_version=2))


def test_only_notes_are_private() -> None:
    private = {type(event) for event in EVENTS if outgoing("", event) is None}

    assert private == {FactNoted}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event.TYPE))
def test_a_public_message_says_what_the_event_says(event: AnyOwnEvent) -> None:
    message = outgoing("escalation-x", event)
    if message is None:
        return

    assert f"amends.{event.TYPE}.v1" == message.TYPE
    assert message.model_dump(mode="json", include={"by"}) == event.model_dump(mode="json", include={"by"})
    assert not set(type(message).model_fields) & set(personal_fields(type(event)))


def test_every_message_of_both_topics_is_told() -> None:
    assert set(PUBLIC.values()) == {*escalation_contract.MESSAGES, *group_contract.MESSAGES}


def test_money_is_written_as_a_decimal_string() -> None:
    [noted] = [
        event
        for event in STORY.history
        if event.TYPE == "escalation.group_noted" and "12.50" in event.model_dump_json()
    ]
    message = outgoing("", noted)

    assert message is not None
    assert '"remedy":{"kind":"refund","amount":"12.50","currency":"EUR"}' in message.model_dump_json()


def test_a_message_names_its_group() -> None:
    told = [outgoing("", event) for event in CROWD.history]

    assert {GROUP} == {message.group for message in told if isinstance(message, group_contract.GroupMessage)}
