"""Checks a whole event as a careful writer would: envelope, type, version, and its data against the closed shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import ValidationError

from contracts.catalogue import Entry, catalogue
from contracts.envelope import Envelope, EnvelopeError, read_structured
from contracts.findings import Finding, explain_errors, finding
from contracts.strict_json import MAX_BYTES, BadBody, parse_json


def check_event(event: bytes) -> list[Finding]:
    """Return what is wrong with one structured event, fields as JSON pointers into it; empty is well."""
    try:
        envelope = read_structured(event)
    except BadBody as error:
        return [finding(error.rule, detail=error.detail)]
    except EnvelopeError as error:
        return [finding(error.rule)]
    entry = catalogue().get(envelope.type)
    if entry is None:
        return [finding("unknown_type", "/type")]
    return [*_attribute_findings(envelope, entry), *_data_findings(envelope, entry)]


def _attribute_findings(envelope: Envelope, entry: Entry) -> Iterator[Finding]:
    if envelope.dataschema not in {None, entry.dataschema}:
        yield finding("unknown_schema_version", "/dataschema")
    if envelope.subject is None:
        yield finding("subject_missing", "/subject")
    if envelope.sequence is None and not entry.topic.private:
        yield finding("sequence_missing", "/sequence")


def _data_findings(envelope: Envelope, entry: Entry) -> list[Finding]:
    limit = MAX_BYTES if entry.topic.private else entry.topic.max_bytes
    try:
        # Readers pass over members they do not know, but a writer that sends one has made a mistake.
        entry.model.model_validate(parse_json(envelope.data, max_bytes=limit), extra="forbid")
    except BadBody as error:
        return [finding(error.rule, "/data", error.detail)]
    except ValidationError as error:
        return [replace(each, field=f"/data{each.field}") for each in explain_errors(error)]
    return []
