"""The usual read model: one row per stream, made of the decider's own folded state and of nothing else."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from eventlog.aggregate import Aggregate
from eventlog.recorded import Recorded
from eventlog.store import LogStore

if TYPE_CHECKING:
    from eventlog.postgres.pool import Connection

STATES_CACHED = 20_000


class StateRows:
    """Writes `row_of(stream, state)` for every stream an event touched, as of that event.

    A row equals the fold of the stream up to the checkpoint because it is made by that fold: rebuilding
    gives the same bytes. `upsert` is a statement whose parameters are the row's values.
    """

    def __init__(
        self,
        name: str,
        aggregate: Aggregate[Any, Any, Any],
        log: LogStore,
        *,
        row_of: Callable[[str, Any], Sequence[Any]],
        upsert: str,
    ) -> None:
        self.name = name
        self.listens_to = frozenset(event.TYPE for event in aggregate.decider.events)
        self._aggregate = aggregate
        self._log = log
        self._row_of = row_of
        self._upsert = upsert
        self._states: OrderedDict[str, tuple[Any, int]] = OrderedDict()

    async def fold(self, connection: Connection, events: Sequence[Recorded[Any]]) -> None:
        """Bring the touched streams' rows up to date."""
        by_stream: dict[str, list[Recorded[Any]]] = {}
        for event in events:
            by_stream.setdefault(event.stream, []).append(event)
        await self._load({stream: heard[0].version - 1 for stream, heard in by_stream.items()})
        rows = []
        for stream, heard in by_stream.items():
            state, version = self._states[stream]
            # A page taken again after trouble holds events the cached state has already.
            fresh = [event for event in heard if event.version > version]
            state = self._aggregate.decider.fold((event.event for event in fresh), state)
            self._keep(stream, state, max(version, heard[-1].version))
            rows.append(self._row_of(stream, state))
        await connection.executemany(self._upsert, rows)

    async def _load(self, wanted: dict[str, int]) -> None:
        """Make sure each stream's state is cached at least up to the wanted version."""
        initial = self._aggregate.decider.initial
        missing = {}
        for stream, version in wanted.items():
            _, cached = self._states.get(stream, (initial, 0))
            if cached < version:
                missing[stream] = cached
        found = await self._log.load(missing) if missing else {}
        for stream, version in wanted.items():
            state, cached = self._states.get(stream, (initial, 0))
            rows = [row for row in found.get(stream, ()) if row.version <= version]
            codec = self._aggregate.codec
            self._keep(
                stream,
                self._aggregate.decider.fold((codec.closed(row) for row in rows), state),
                max(cached, version if rows else cached),
            )

    def _keep(self, stream: str, state: Any, version: int) -> None:
        self._states[stream] = (state, version)
        self._states.move_to_end(stream)
        while len(self._states) > STATES_CACHED:
            self._states.popitem(last=False)
