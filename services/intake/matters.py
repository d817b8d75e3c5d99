"""Which complaints concern one matter: same person and same order, serial or batch, by keyed hashes only."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from eventlog.ids import keyed_hash
from eventlog.message import Erased
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from eventlog.recorded import Recorded
from services.intake.domain.complaint.events import ComplaintRegistered
from services.intake.reactions import SameMatter

SQL = queries_from(files("services.intake.sql") / "queries.sql")


class Matters:
    """An index that only the leader's reaction writes, in log order; it can be purged and rebuilt."""

    def __init__(self, pool: Pool, hash_key: bytes) -> None:
        self._pool = pool
        self._hash_key = hash_key

    async def earlier(self, registered: Recorded[ComplaintRegistered]) -> Iterable[SameMatter]:
        """Return the earlier complaints of the same matter, and note this one for later ones."""
        matters = self._matters(registered.event)
        if not matters:
            return ()
        complaint, hashes, whys = registered.event.complaint, list(matters), list(matters.values())
        async with transient_named():
            rows = await self._pool.fetch(SQL["same_matters"], hashes, complaint, registered.position)
            await self._pool.execute(SQL["note_matters"], hashes, complaint, whys, registered.position)
        return [SameMatter(str(row["complaint"]), row["why"]) for row in rows]

    def _matters(self, event: ComplaintRegistered) -> dict[bytes, str]:
        if isinstance(event.complainant, Erased):
            return {}
        told = {
            "same_order": event.complainant.order,
            "same_serial": event.complainant.serial,
            "same_batch": event.product.batch if event.product else None,
        }
        return {
            keyed_hash(self._hash_key, event.person, why, value): why for why, value in told.items() if value
        }
