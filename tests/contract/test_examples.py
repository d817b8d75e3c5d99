"""The examples: every message type in Chinese and English, right by schema, model and envelope."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import jsonschema_rs
import pytest

from contracts.catalogue import Entry, catalogue
from contracts.contact import ContactReported, contact_subject
from contracts.envelope import read_structured, to_structured
from contracts.render import ROOT, schema_of
from contracts.validation import check_event

EXAMPLES = ROOT / "examples"
LANGUAGES = ("zh", "en")
NONCE_BYTES = 12
TAG_BYTES = 16
PAIRS = [
    pytest.param(entry, language, id=f"{entry.type_name}.{language}")
    for entry in catalogue().values()
    for language in LANGUAGES
]
PUBLIC_PAIRS = [pair for pair in PAIRS if not pair.values[0].topic.private]  # type: ignore[union-attr]


def example(entry: Entry, language: str) -> bytes:
    return (EXAMPLES / f"{entry.type_name}.{language}.json").read_bytes()


def test_every_type_has_an_example_in_both_languages_and_no_example_is_left_over() -> None:
    wanted = {f"{name}.{language}.json" for name in catalogue() for language in LANGUAGES}

    assert {path.name for path in EXAMPLES.iterdir()} == wanted


@pytest.mark.parametrize(("entry", "language"), PAIRS)
def test_example_is_a_well_formed_event(entry: Entry, language: str) -> None:
    event = example(entry, language)

    assert check_event(event) == []
    envelope = read_structured(event)
    assert envelope.type == entry.type_name
    assert envelope.dataschema == entry.dataschema
    assert envelope.source == f"/amends/{entry.topic.producer}" or entry.topic.private
    assert json.loads(to_structured(envelope)) == json.loads(event)


@pytest.mark.parametrize(("entry", "language"), PAIRS)
def test_example_obeys_the_published_schema(entry: Entry, language: str) -> None:
    data = json.loads(example(entry, language))["data"]

    jsonschema_rs.validator_for(schema_of(entry), validate_formats=True).validate(data)


@pytest.mark.parametrize(("entry", "language"), PUBLIC_PAIRS)
def test_example_of_a_public_event_keeps_the_rules_of_streams(entry: Entry, language: str) -> None:
    envelope = read_structured(example(entry, language))
    category = entry.topic.name.split(".")[1]
    assert envelope.subject is not None

    assert re.fullmatch(rf"{category}-[0-9a-f-]{{36}}", envelope.subject)
    assert re.fullmatch(rf"{envelope.subject}@[0-9]+", envelope.id)
    assert envelope.correlationid == envelope.subject.partition("-")[2]
    assert None not in {envelope.time, envelope.recordedtime, envelope.sequence}
    assert envelope.sequence is not None
    assert envelope.sequence <= int(envelope.id.partition("@")[2])


@pytest.mark.parametrize(("entry", "language"), PUBLIC_PAIRS)
def test_example_of_a_public_event_shows_nothing_personal(entry: Entry, language: str) -> None:
    told = ContactReported.model_validate(
        json.loads(example(catalogue()[ContactReported.TYPE], language))["data"]
    )
    person = told.complainant

    text = example(entry, language).decode()

    personal = {
        person.name,
        person.phone,
        person.email,
        person.address,
        person.account,
        told.narrative,
        told.asks_for,
    }
    assert [each for each in personal if each and each in text] == []


@pytest.mark.parametrize(("entry", "language"), PUBLIC_PAIRS)
def test_sealed_block_of_an_example_looks_like_a_real_one(entry: Entry, language: str) -> None:
    data: dict[str, Any] = json.loads(example(entry, language))["data"]

    for block in data.get("sealed", ()):
        assert len(base64.b64decode(block["nonce"], validate=True)) == NONCE_BYTES
        assert len(base64.b64decode(block["ciphertext"], validate=True)) > TAG_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_contact_example_is_keyed_by_source_channel_and_reference(language: str) -> None:
    envelope = read_structured(example(catalogue()[ContactReported.TYPE], language))

    assert envelope.subject == contact_subject(ContactReported.model_validate_json(envelope.data))
