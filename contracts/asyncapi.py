"""The AsyncAPI 3.0 document: every topic with its messages, from the point of view of Amends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from contracts.catalogue import Entry
from contracts.topics import TOPICS, Topic

VERSION: Final = "1.0.0"  # of the document: raised when a topic or type comes or goes
SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
TRAIT: Final = "cloudEvent"
KAFKA_BINDING: Final = "0.5.0"

_ABOUT: Final = (
    "What an integrator may rely on. Each topic carries the public events of one aggregate as CloudEvents 1.0 in "
    "binary mode; the record key is the event's subject, and its sequence counts without gaps. See README.md."
)


def asyncapi_document(entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the document as plain values; payloads refer to the schema files beside it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Amends",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_channel_id(topic): _channel(topic, entries) for topic in TOPICS},
        "operations": {_operation_id(topic): _operation(topic) for topic in TOPICS},
        "components": {
            "messages": {_message_id(entry): _message(entry) for entry in entries},
            "messageTraits": {TRAIT: _cloud_event_trait()},
        },
    }


def _channel_id(topic: Topic) -> str:
    return topic.name.split(".")[1]


def _operation_id(topic: Topic) -> str:
    return f"{'receive' if topic.private else 'send'}{_channel_id(topic).capitalize()}"


def _message_id(entry: Entry) -> str:
    return entry.type_name


def _channel(topic: Topic, entries: Sequence[Entry]) -> dict[str, Any]:
    said = [entry for entry in entries if entry.topic is topic]
    return {
        "address": topic.name,
        "description": topic.about,
        "messages": {
            _message_id(entry): {"$ref": f"#/components/messages/{_message_id(entry)}"} for entry in said
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.settings["retention.ms"]),
                    "max.message.bytes": topic.max_bytes,
                },
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "x-producer": topic.producer,
        "x-consumers": list(topic.consumers),
        "x-private": topic.private,
    }


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": "receive" if topic.private else "send",
        "channel": {"$ref": f"#/channels/{_channel_id(topic)}"},
        "summary": topic.about,
    }


def _message(entry: Entry) -> dict[str, Any]:
    description = (entry.model.__doc__ or "").partition("\n")[0]
    return {
        "name": entry.type_name,
        "title": entry.model.__name__,
        "summary": description,
        "contentType": "application/json",
        "traits": [{"$ref": f"#/components/messageTraits/{TRAIT}"}],
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {"$ref": f"./schemas/{entry.schema_path}"},
        },
        "bindings": {"kafka": {"key": _key_schema(entry.topic), "bindingVersion": KAFKA_BINDING}},
    }


def _key_schema(topic: Topic) -> dict[str, str]:
    return {"type": "string", "description": f"{topic.key}, the same as ce_subject"}


def _cloud_event_trait() -> dict[str, Any]:
    text = {"type": "string"}
    instant = {"type": "string", "format": "date-time"}
    return {
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
            "properties": {
                "ce_specversion": {"type": "string", "const": "1.0"},
                "ce_id": text | {"description": "<stream id>@<version>"},
                "ce_source": text | {"description": "Path of the service that says it, like /amends/intake"},
                "ce_type": text,
                "ce_subject": text | {"description": "Stream id, the same as the record key"},
                "ce_time": instant | {"description": "When it happened"},
                "ce_dataschema": text | {"description": "URN of the data's schema and version"},
                "ce_recordedtime": instant | {"description": "When Amends stored it"},
                "ce_sequence": text
                | {"pattern": "^[0-9]{20}$", "description": "Public sequence of the stream, from 1, no gaps"},
                "ce_correlationid": text | {"description": "The whole conversation: complaint or group id"},
                "ce_causationid": text | {"description": "Id of the event that caused this one"},
                "ce_traceparent": text | {"description": "W3C trace context"},
            },
        }
    }
