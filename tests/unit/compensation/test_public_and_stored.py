from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contracts import negotiation as contract
from eventlog.codec import Codec
from eventlog.keys import PersonKey
from eventlog.message import ERASED, personal_fields
from eventlog.recorded import Row
from services.compensation.domain.negotiation.events import (
    EVENTS,
    AnyNegotiationEvent,
    FactNoted,
    OfferMade,
    SigningLinkIssued,
)
from services.compensation.outgoing import PUBLIC, outgoing
from tests.unit.compensation.story import (
    ACCEPT,
    ANSWER,
    ARCHIVE,
    BIG_OFFER,
    COMPANY_SIGNS,
    COMPLAINT,
    DECIDER,
    DECLINE_SIGNING,
    DECLINE_TERMS,
    DENY,
    FIND,
    GRANT,
    GROUPED,
    ISSUE,
    LET_LAPSE,
    LINK,
    LOWER,
    MORE,
    OFFER,
    OPEN_ROUND,
    PERSON,
    RAISE,
    RAISE_MATTER,
    REFER,
    REFUSE,
    RENDER,
    RESUME,
    SHELVE,
    SIGN,
    STOP_HARM,
    TAKE_BACK,
    TAP,
    TERMS,
    TOKEN,
    WAIVE,
    WITHDRAW,
    Story,
    awaiting,
    bargaining,
    clock_ends,
    later,
    name_account,
    offered,
    pay,
    reverse,
    review,
    running,
    waiting,
)


def after_expiry(story: Story) -> Story:
    return story.having(clock_ends(story, "offer@1.1"))


SETTLED = running.having(WAIVE, STOP_HARM, FIND, TERMS, OFFER, ACCEPT, RENDER, ISSUE, SIGN, COMPANY_SIGNS)
PAID = SETTLED.having(pay(SETTLED))
STORIES = [
    PAID.having(ARCHIVE, reverse(PAID), name_account(PAID), LINK, RAISE_MATTER),
    PAID.having(reverse(PAID), replace(pay(PAID), at=later(days=5)), review(PAID)),
    PAID.having(reverse(PAID), name_account(PAID), replace(pay(PAID), at=later(days=5))),
    waiting.having(clock_ends(waiting, "approval@1.1"), DENY),
    waiting.having(GRANT, TAKE_BACK),
    after_expiry(offered).having(SHELVE, RESUME),
    awaiting.having(DECLINE_TERMS, RAISE, LOWER, REFER),
    bargaining.having(REFUSE, GROUPED, OPEN_ROUND),
    offered.having(ACCEPT, RENDER, ISSUE, DECLINE_SIGNING, replace(MORE, at=later(days=1)), WITHDRAW),
    offered.having(ACCEPT, RENDER, ISSUE, LET_LAPSE),
    bargaining.having(ANSWER),
]
EVENTS_TOLD: list[AnyNegotiationEvent] = [event for story in STORIES for event in story.history]
KEY = PersonKey("key-1", PERSON, AESGCM(AESGCM.generate_key(256)))
CODEC: Codec[AnyNegotiationEvent] = Codec(EVENTS)
TEXTS = (
    "Li Hua",
    "li.hua@example.com",
    "6222 0000 1111",
    TAP,
    WAIVE.reason,
    FIND.reason,
    TERMS.words,
    DECLINE_TERMS.words,
    RAISE.words,
    LOWER.words,
    OFFER.terms,
    OFFER.reason,
    BIG_OFFER.terms,
    BIG_OFFER.reason,
    GRANT.reason,
    DENY.reason,
    TAKE_BACK.reason,
    SHELVE.reason,
    RESUME.reason,
    REFER.reason,
    REFUSE.text,
    DECLINE_SIGNING.reason,
    LET_LAPSE.reason,
    WITHDRAW.words,
    OPEN_ROUND.reason,
    name_account(PAID).account,
    name_account(PAID).reason,
    review(PAID).reason,
)


def stored(event: AnyNegotiationEvent) -> Row:
    return Row(
        position=1,
        stream="negotiation-x",
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
        body=CODEC.encode(event, "negotiation-x@1", {PERSON: KEY}).body,
        public=None,
    )


def by_type(event: AnyNegotiationEvent) -> str:
    return event.TYPE


def test_the_stories_tell_every_event_there_is() -> None:
    assert {type(event) for event in EVENTS_TOLD} == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS_TOLD, ids=by_type)
def test_an_event_survives_its_json(event: AnyNegotiationEvent) -> None:
    assert type(event).model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize("event", EVENTS_TOLD, ids=by_type)
def test_an_event_survives_the_log_with_its_key(event: AnyNegotiationEvent) -> None:
    assert CODEC.opened(stored(event), {KEY.id: KEY}) == event


@pytest.mark.parametrize("event", EVENTS_TOLD, ids=by_type)
def test_nothing_anybody_wrote_stands_in_clear(event: AnyNegotiationEvent) -> None:
    message = outgoing("negotiation-x", event)
    clear = stored(event).body.decode() + ("" if message is None else message.model_dump_json())

    assert [text for text in TEXTS if text and text in clear] == []


def test_the_texts_looked_for_were_written_in_the_stories() -> None:
    written = "".join(event.model_dump_json() for event in EVENTS_TOLD)

    assert [text for text in TEXTS if not text or text not in written] == []


@pytest.mark.parametrize("story", STORIES)
def test_state_is_the_same_without_a_key(story: Story) -> None:
    without_key = [CODEC.closed(stored(event)) for event in story.history]

    assert DECIDER.fold(without_key) == story.state


def test_what_was_written_is_erased_with_the_key() -> None:
    [offer] = [event for event in offered.history if isinstance(event, OfferMade)]
    opened = CODEC.opened(stored(offer), {})

    assert isinstance(opened, OfferMade)
    assert (opened.terms, opened.reason) == (ERASED, ERASED)


def test_only_notes_are_private() -> None:
    private = {type(event) for event in EVENTS_TOLD if outgoing("", event) is None}

    assert private == {FactNoted}


@pytest.mark.parametrize("event", EVENTS_TOLD, ids=by_type)
def test_a_public_message_says_what_the_event_says(event: AnyNegotiationEvent) -> None:
    message = outgoing("negotiation-x", event)
    if message is None:
        return

    assert f"amends.{event.TYPE}.v1" == message.TYPE
    assert (message.complaint, message.person) == (COMPLAINT, PERSON)
    assert message.model_dump(mode="json", include={"by"}) == event.model_dump(mode="json", include={"by"})
    assert not set(type(message).model_fields) & set(personal_fields(type(event)))


def test_every_message_of_the_topic_is_told() -> None:
    assert set(PUBLIC.values()) == set(contract.MESSAGES)


def test_money_is_written_as_a_decimal_string() -> None:
    [offer] = [event for event in offered.history if isinstance(event, OfferMade)]
    message = outgoing("", offer)

    assert message is not None
    assert '"sum":{"amount":"400.00","currency":"CNY"}' in message.model_dump_json()


def test_the_hash_of_a_links_token_is_not_published() -> None:
    [link] = [event for event in SETTLED.history if isinstance(event, SigningLinkIssued)]
    message = outgoing("", link)

    assert message is not None
    assert TOKEN in link.model_dump_json()
    assert TOKEN not in message.model_dump_json()
