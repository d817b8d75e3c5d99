"""Every public message type with its topic: the one list that schemas, examples and tools are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Final

from pydantic import BaseModel

from contracts import complaint, contact, escalation, flag, group, negotiation
from contracts.envelope import dataschema_of
from contracts.topics import TOPICS, Topic

MODULES: Final[tuple[ModuleType, ...]] = (complaint, escalation, group, negotiation, flag, contact)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message type: the model that reads and writes its data, and the topic that carries it."""

    type_name: str
    schema_version: str
    model: type[BaseModel]
    topic: Topic

    @property
    def dataschema(self) -> str:
        """The URN of the schema, as in the attribute `dataschema` and the file's `$id`."""
        return dataschema_of(self.type_name, self.schema_version)

    @property
    def schema_path(self) -> str:
        """Where the rendered schema lies below `contracts/schemas/`."""
        return f"{self.type_name}/{self.schema_version}.json"


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return every message type by its name, in the order of the topics and of each topic's story."""
    topics = {topic.name: topic for topic in TOPICS}
    entries: dict[str, Entry] = {}
    for module in MODULES:
        for model in module.MESSAGES:
            if model.TYPE in entries:
                raise ValueError(f"two messages are called {model.TYPE}")
            entries[model.TYPE] = Entry(model.TYPE, model.SCHEMA, model, topics[module.TOPIC])
    return entries
