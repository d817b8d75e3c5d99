"""Streams as they are folded: what is held of them, brought up to date by what the log has written since."""

from __future__ import annotations

from collections.abc import Sequence

from eventlog.aggregate import Catalogue
from eventlog.gather import Gatherer
from eventlog.recorded import Row
from eventlog.states import States
from eventlog.store import LogStore
from eventlog.work import Folded


class Loader:
    """Folds streams onto the states held of them. Loads of many streams at once share a query."""

    def __init__(self, store: LogStore, catalogue: Catalogue, states: States) -> None:
        self._store = store
        self._catalogue = catalogue
        self._states = states
        self._loads: Gatherer[tuple[str, int], list[Row]] = Gatherer(self._load_all)

    def guess(self, stream: str, *, is_new: bool) -> Folded | None:
        """Return a stream as last seen here, without a look at the log; None where nothing is known of it."""
        held = self._states.get(stream)
        return self._empty(stream) if held is None and is_new else held

    async def folded(self, stream: str) -> Folded:
        """Return a stream as it stands in the log now, and hold it."""
        held = self._states.get(stream) or self._empty(stream)
        rows = await self._loads.submit((stream, held.version))
        if rows:
            aggregate = self._catalogue.of(stream)
            held = Folded(
                aggregate.decider.fold((aggregate.codec.closed(row) for row in rows), held.state),
                rows[-1].version,
                max((row.public_sequence or 0 for row in rows), default=0) or held.public_sequence,
            )
        self._states.keep(stream, held)
        return held

    async def catch_up(self, stream: str, folded: Folded) -> None:
        """After a conflict read what is new, not the whole stream: a long one would cost its square."""
        if (await self.folded(stream)).version == folded.version:
            self._states.forget(stream)  # ahead of the log itself: nothing held can be right

    def _empty(self, stream: str) -> Folded:
        return Folded(self._catalogue.of(stream).decider.initial, 0, 0)

    async def _load_all(self, wanted: Sequence[tuple[str, int]]) -> Sequence[list[Row]]:
        lowest: dict[str, int] = {}
        for stream, after in wanted:
            lowest[stream] = min(after, lowest.get(stream, after))
        found = await self._store.load(lowest)
        return [[row for row in found[stream] if row.version > after] for stream, after in wanted]
