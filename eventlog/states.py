"""The folded states of streams used of late: a bounded memory that may be stale and is never trusted."""

from __future__ import annotations

from collections import OrderedDict

from eventlog.work import Folded


class States:
    """Keeps at most `kept` states, the most recently used. Each append checks the version it was decided on."""

    def __init__(self, kept: int) -> None:
        self.kept = kept
        self._states: OrderedDict[str, Folded] = OrderedDict()

    def __len__(self) -> int:
        return len(self._states)

    def get(self, stream: str) -> Folded | None:
        """Return a stream's state as last seen here."""
        held = self._states.get(stream)
        if held is not None:
            self._states.move_to_end(stream)
        return held

    def keep(self, stream: str, folded: Folded) -> None:
        """Remember a state unless a newer one is held; an empty stream is not worth remembering."""
        held = self._states.get(stream)
        if folded.version == 0 or (held is not None and held.version > folded.version):
            return
        self._states[stream] = folded
        self._states.move_to_end(stream)
        while len(self._states) > self.kept:
            self._states.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Drop a state that cannot be right."""
        self._states.pop(stream, None)
