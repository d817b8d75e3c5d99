from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any

import pytest

from eventlog.codec import Codec, Encoded, Upcaster
from eventlog.errors import UnreadableEvent
from eventlog.keys import open_block
from eventlog.message import ERASED, Event, OwnedBy, Personal
from tests.support.account import NOON, TELLER
from tests.support.letters import (
    CANARY,
    CODEC,
    KEYS,
    KEYS_BY_ID,
    READER,
    SENDER,
    UPCASTERS,
    Posted,
    Written,
    WrittenMessage,
    moved,
    row_of,
    stored,
    written,
)


def test_what_is_sealed_opens_to_what_it_was() -> None:
    event = written(reader=READER.person, reader_name="Mo")

    assert event == CODEC.opened(stored(event), KEYS_BY_ID)


def test_an_event_without_personal_fields_is_stored_as_it_is() -> None:
    event = Posted(at=NOON, by=TELLER, pages=2)

    row = stored(event)

    assert event == CODEC.closed(row)
    assert event == Posted.model_validate_json(row.body)


def test_personal_values_are_never_in_clear() -> None:
    encoded = CODEC.encode(written(), "letter-1@1", KEYS)

    public = encoded.public(WrittenMessage(person=SENDER.person))

    assert CANARY.encode() not in encoded.body + public
    assert b"Canary" not in encoded.body + public


def test_public_bytes_carry_the_very_blocks_of_the_stored_event() -> None:
    encoded = CODEC.encode(written(reader=READER.person, reader_name="Mo"), "letter-1@1", KEYS)

    public = json.loads(encoded.public(WrittenMessage(person=SENDER.person)))

    assert json.loads(encoded.body)["sealed"] == public["sealed"]
    assert {"person": SENDER.person, "sealed": public["sealed"]} == public


def test_each_person_has_a_block_of_their_own() -> None:
    encoded = CODEC.encode(written(reader=READER.person, reader_name="Mo"), "letter-1@1", KEYS)

    blocks = {block["person"]: block for block in json.loads(encoded.body)["sealed"]}

    assert {SENDER.person, READER.person} == set(blocks)
    assert open_block(blocks[READER.person], cipher=READER.cipher, event_id="letter-1@1") == {
        "reader_name": "Mo"
    }
    assert {"words", "signature"} == set(
        open_block(blocks[SENDER.person], cipher=SENDER.cipher, event_id="letter-1@1")
    )


def test_a_block_moved_to_another_event_does_not_open() -> None:
    row = stored(written())

    with pytest.raises(ValueError, match="does not belong to this event"):
        CODEC.opened(moved(row, version=2), KEYS_BY_ID)


def test_an_altered_block_does_not_open() -> None:
    row = stored(written())
    body = json.loads(row.body)
    text = body["sealed"][0]["ciphertext"]
    body["sealed"][0]["ciphertext"] = ("B" if text[0] == "A" else "A") + text[1:]

    with pytest.raises(ValueError, match="altered"):
        CODEC.opened(replace(row, body=json.dumps(body).encode()), KEYS_BY_ID)


def test_an_erased_person_reads_as_erased_and_the_other_one_does_not() -> None:
    row = stored(written(reader=READER.person, reader_name="Mo"))

    event = CODEC.opened(row, {READER.id: READER, SENDER.id: None})

    assert isinstance(event, Written)
    assert (event.words, event.signature, event.reader_name, event.tone) == (ERASED, ERASED, "Mo", "angry")


def test_folding_needs_no_key() -> None:
    event = CODEC.closed(stored(written()))

    assert isinstance(event, Written)
    assert (ERASED, "angry", SENDER.person) == (event.words, event.tone, event.person)


def test_an_event_written_for_an_erased_person_holds_nothing_of_theirs() -> None:
    encoded = CODEC.encode(written(), "letter-1@1", {SENDER.person: None})

    event = CODEC.opened(row_of(encoded), KEYS_BY_ID)

    assert isinstance(event, Written)
    assert event.words == ERASED
    assert b"Canary" not in encoded.body


def test_an_erased_value_that_is_written_on_asks_for_no_key() -> None:
    event = written(words=ERASED, signature=None)

    assert set() == CODEC.persons(event)
    assert event.words == getattr(CODEC.opened(stored(event), {}), "words", None)


def test_a_value_without_its_owner_is_a_mistake_and_never_lost_in_silence() -> None:
    with pytest.raises(ValueError, match="reader_name is given, but not whose it is"):
        CODEC.encode(written(reader_name="Mo"), "letter-1@1", KEYS)


def test_an_error_about_a_value_does_not_quote_it() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is what is judged
        CODEC.encode(written(reader_name=CANARY), "letter-1@1", KEYS)

    assert "Canary" not in str(caught.value)


def test_keys_asked_for_are_those_in_the_rows() -> None:
    rows = [
        stored(written(reader=READER.person, reader_name="Mo")),
        stored(Posted(at=NOON, by=TELLER, pages=1)),
    ]

    assert {SENDER.id, READER.id} == CODEC.key_ids(rows)


def first_version() -> bytes:
    """Bytes as the first release stored them."""
    clear = {"at": "2026-03-02T12:00:00Z", "by": {"actor": "a-1", "roles": ["agent"], "desk": None}}
    return json.dumps(clear | {"person": SENDER.person, "lang": "zh"}).encode()


def test_an_old_shape_climbs_one_step_at_a_time() -> None:
    climbed: list[int] = []

    def noting(step: int) -> Upcaster:
        def climb(body: dict[str, Any]) -> dict[str, Any]:
            climbed.append(step)
            return UPCASTERS["letter.written", step](body)

        return climb

    upcasters = {("letter.written", step): noting(step) for step in (1, 2)}
    codec: Codec[Written | Posted] = Codec((Written, Posted), upcasters)

    event = codec.closed(row_of(Encoded(first_version(), None), schema=1))

    assert isinstance(event, Written)
    assert (event.language, event.tone, event.words) == ("zh", "plain", ERASED)
    assert climbed == [1, 2]


def test_a_step_starts_where_the_stored_shape_stands() -> None:
    body = json.loads(first_version())
    body["language"] = body.pop("lang")

    event = CODEC.closed(row_of(Encoded(json.dumps(body).encode(), None), schema=2))

    assert isinstance(event, Written)
    assert (event.language, event.tone) == ("zh", "plain")


@pytest.mark.parametrize(
    ("type_name", "schema"),
    [("letter.burnt", 1), ("letter.written", 4), ("letter.posted", 2)],
    ids=["unknown type", "newer version", "newer version of a plain event"],
)
def test_what_this_release_does_not_know_is_unreadable(type_name: str, schema: int) -> None:
    row = replace(stored(written()), type=type_name, schema_version=schema)

    with pytest.raises(UnreadableEvent, match=rf"letter-1@1: no reader for {type_name} version {schema}"):
        CODEC.closed(row)


def test_an_old_shape_without_its_step_is_unreadable() -> None:
    codec: Codec[Written] = Codec((Written,), {("letter.written", 2): UPCASTERS["letter.written", 2]})

    with pytest.raises(UnreadableEvent):
        codec.closed(row_of(Encoded(first_version(), None), schema=1))


class Listed(Event):
    TYPE = "letter.listed"
    person: str
    names: tuple[Personal[str], ...]


class HalfOwned(Event):
    TYPE = "letter.half_owned"
    person: str
    reader: str
    name: Annotated[Personal[str], OwnedBy("reader")] | None = None


class Ownerless(Event):
    TYPE = "letter.ownerless"
    words: Personal[str]


@pytest.mark.parametrize("kind", [Listed, HalfOwned, Ownerless])
def test_a_personal_field_that_could_not_be_erased_is_refused_at_the_start(kind: type[Event]) -> None:
    with pytest.raises(TypeError):
        Codec((kind,))
