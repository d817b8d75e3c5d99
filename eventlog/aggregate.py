"""An aggregate as the engine runs it: the decider, its codec, and what of it the world may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from eventlog.codec import Codec, PublicMessage, Upcasters
from eventlog.decider import Decider
from eventlog.message import Command, Event
from eventlog.recorded import Row

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


def nothing_public(_stream: str, _event: object) -> None:
    """Say nothing to the world: the `outgoing` of an aggregate without a topic."""


@dataclass(frozen=True)
class Aggregate(Generic[S, C, E]):
    """A decider with its pure mapping to public messages and the upcasters of its old event versions."""

    decider: Decider[S, C, E]
    outgoing: Callable[[str, E], PublicMessage | None] = nothing_public
    upcasters: Upcasters = field(default_factory=dict)
    codec: Codec[E] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codec", Codec(self.decider.events, self.upcasters))

    @property
    def category(self) -> str:
        """The first part of every stream id of this aggregate."""
        return self.decider.category


class Catalogue:
    """The aggregates of one service by category: finds the reader of any row of its log."""

    def __init__(self, *aggregates: Aggregate[Any, Any, Any]) -> None:
        self._by_category: Mapping[str, Aggregate[Any, Any, Any]] = {
            each.category: each for each in aggregates
        }

    def of(self, stream: str) -> Aggregate[Any, Any, Any]:
        """Return the aggregate a stream belongs to. Raises KeyError for a foreign stream."""
        return self._by_category[stream.split("-", 1)[0]]

    def check(self, rows: Iterable[Row]) -> None:
        """Raise UnreadableEvent for a row this release cannot read: passing it by would lose what it calls for."""
        for row in rows:
            self.of(row.stream).codec.check(row)

    def __iter__(self) -> Iterator[Aggregate[Any, Any, Any]]:
        return iter(self._by_category.values())

    def __contains__(self, stream: object) -> bool:
        return isinstance(stream, str) and stream.split("-", 1)[0] in self._by_category
