"""Events as stored: the row with its bytes, and the row opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from eventlog.message import Event

E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(slots=True)
class Row:
    """One event as the log keeps it. `public_*` are set together, for events the world may see.

    Nobody changes one. It is not frozen because reading makes one for each event, and a frozen dataclass
    takes six times as long to build.
    """

    position: int
    stream: str
    version: int
    type: str
    schema_version: int
    at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: str | None
    public_type: str | None
    public_schema: str | None
    public_sequence: int | None
    body: bytes
    public: bytes | None

    @property
    def id(self) -> str:
        """The event id, the same in log and topic."""
        return f"{self.stream}@{self.version}"


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    """A decoded event with its place in the log."""

    position: int
    stream: str
    version: int
    recorded_at: datetime
    correlation_id: str
    causation_id: str | None
    public_sequence: int | None
    event: E_co

    @property
    def id(self) -> str:
        """The event id `<stream>@<version>`."""
        return f"{self.stream}@{self.version}"

    @property
    def key(self) -> str:
        """The part of the stream id after its category."""
        return self.stream.split("-", 1)[1]
