"""Events to bytes and back: personal fields sealed per person, old shapes upcast on reading only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

from pydantic_core import from_json

from eventlog.errors import UnreadableEvent
from eventlog.keys import PersonKey, Sealed, open_block, seal
from eventlog.message import ERASED, Erased, Event, personal_fields
from eventlog.recorded import Recorded, Row

E = TypeVar("E", bound=Event)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
Upcasters = Mapping[tuple[str, int], Upcaster]


@runtime_checkable
class PublicMessage(Protocol):
    """What `outgoing` returns: a message that knows its public type and its schema's version."""

    TYPE: ClassVar[str]
    SCHEMA: ClassVar[str]

    @property
    def __pydantic_serializer__(self) -> Any:
        """Pydantic's own serializer, which writes bytes without a detour."""


class Encoded(NamedTuple):
    """An event's stored bytes and the sealed blocks in them, as JSON text."""

    body: bytes
    sealed: bytes | None

    def public(self, message: PublicMessage) -> bytes:
        """Return the public bytes: the message with the very blocks of the stored event."""
        clear: bytes = message.__pydantic_serializer__.to_json(message, exclude={"sealed"})
        return clear if self.sealed is None else clear[:-1] + b',"sealed":' + self.sealed + b"}"


class Codec(Generic[E]):
    """Reads and writes the events of one aggregate."""

    def __init__(self, events: Sequence[type[E]], upcasters: Upcasters | None = None) -> None:
        self._types: dict[str, type[E]] = {event.TYPE: event for event in events}
        self._owners = {event: personal_fields(event) for event in events}
        self._upcasters = upcasters or {}

    def check(self, row: Row) -> None:
        """Raise UnreadableEvent when this release has no reader for a row."""
        kind = self._types.get(row.type)
        if kind is None or row.schema_version > kind.VERSION:
            raise UnreadableEvent(row.id, row.type, row.schema_version)

    def persons(self, event: E) -> set[str]:
        """Return the persons whose keys `encode` needs for this event."""
        return {self._owner_of(event, name) for name in self._sealed_names(event)}

    def encode(self, event: E, event_id: str, keys: Mapping[str, PersonKey | None]) -> Encoded:
        """Return the event's bytes. Fields of a person without a key are written as erased."""
        names = self._sealed_names(event)
        serializer = type(event).__pydantic_serializer__
        if not names:
            return Encoded(serializer.to_json(event), None)
        by_person: dict[str, set[str]] = {}
        for name in names:
            by_person.setdefault(self._owner_of(event, name), set()).add(name)
        blocks = []
        for person, fields in by_person.items():
            key = keys.get(person)
            if key is not None:
                clear = serializer.to_json(event, include=fields)
                blocks.append(seal(clear, cipher=key.cipher, key_id=key.id, person=person, event_id=event_id))
        sealed = b"[" + b",".join(blocks) + b"]"
        clear = serializer.to_json(event, exclude=names)
        return Encoded(clear[:-1] + b',"sealed":' + sealed + b"}", sealed)

    def closed(self, row: Row) -> E:
        """Decode without opening what is sealed: all that `evolve` needs, and no key is asked for."""
        return self._decode(row, lambda _block: {})

    def opened(self, row: Row, keys: Mapping[str, PersonKey | None]) -> E:
        """Decode and open what can be opened; the fields of erased persons are `Erased`."""

        def opener(block: Sealed) -> dict[str, Any]:
            key = keys.get(block["key"])
            return {} if key is None else open_block(block, cipher=key.cipher, event_id=row.id)

        return self._decode(row, opener)

    def key_ids(self, rows: Iterable[Row]) -> set[str]:
        """Return the ids of the keys that open these rows."""
        return {
            block["key"]
            for row in rows
            if (kind := self._types.get(row.type)) is not None and self._owners[kind]
            for block in from_json(row.body).get("sealed", ())
        }

    def recorded(self, row: Row, event: E) -> Recorded[E]:
        """Join a decoded event with its place in the log."""
        return Recorded(
            position=row.position,
            stream=row.stream,
            version=row.version,
            recorded_at=row.recorded_at,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            public_sequence=row.public_sequence,
            event=event,
        )

    def _owner_of(self, event: E, name: str) -> str:
        owner: str | None = getattr(event, self._owners[type(event)][name])
        if owner is None:
            # Without a person there is no key, and without a key the value would be lost without a word.
            raise ValueError(f"{event.TYPE}: {name} is given, but not whose it is")
        return owner

    def _sealed_names(self, event: E) -> set[str]:
        # Comparing a text with a model asks the model's metaclass each time: look at the type instead.
        return {
            name
            for name in self._owners[type(event)]
            if (value := getattr(event, name)) is not None and type(value) is not Erased
        }

    def _decode(self, row: Row, opener: Callable[[Sealed], dict[str, Any]]) -> E:
        self.check(row)
        kind = self._types[row.type]
        owners = self._owners[kind]
        if not owners and row.schema_version == kind.VERSION:
            return kind.model_validate_json(row.body)
        data: dict[str, Any] = from_json(row.body)
        opened: dict[str, Any] = {}
        for block in data.pop("sealed", ()):
            opened.update(opener(block))
        data = self._upcast(kind, row, {**data, **opened})
        for name in owners:
            data.setdefault(name, ERASED)
        return kind.model_validate(data)

    def _upcast(self, kind: type[E], row: Row, data: dict[str, Any]) -> dict[str, Any]:
        version = row.schema_version
        while version < kind.VERSION:
            step = self._upcasters.get((row.type, version))
            if step is None:
                raise UnreadableEvent(row.id, row.type, row.schema_version)
            data, version = step(data), version + 1
        return data
