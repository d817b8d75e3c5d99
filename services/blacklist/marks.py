"""Who is behind a phone, an e-mail, an account, a name with its address: an index by keyed hash.

Written by one follower from noted registrations, read by screenings, and by the same follower to see what several
persons share. It stands apart from the log so that a person's rows can be deleted; nothing does so by itself
yet. Rebuilt from the log it leaves out whoever's keys are gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.resources import files

from eventlog.ids import keyed_hash
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import Attributes, SharedMark
from services.blacklist.domain.marks import marks_of, shared_marks_of

SQL = queries_from(files("services.blacklist.sql") / "queries.sql")
# The version of the hash key: a rotation is a side-by-side rebuild of the index.
HASH_VERSION = 1
# Sharing is counted so far and no further: a switchboard has thousands behind it.
SHARED_COUNTED_MAX = 20


class PersonMarks:
    """The index. A mark may belong to several persons: it finds them all and joins none."""

    def __init__(self, pool: Pool, hash_key: bytes, region: str) -> None:
        self._pool = pool
        self._hash_key = hash_key
        self._region = region

    async def remember(self, noted: FactNoted) -> None:
        """Add what a registration tells of its person; again changes nothing. Erased: nothing to add."""
        if not isinstance(noted.attributes, Attributes):
            return
        found = (*marks_of(noted.attributes, self._region), *shared_marks_of(noted.attributes, self._region))
        marks = tuple(dict.fromkeys(found))
        rows = [(self._hashed(kind, value), kind, noted.person, HASH_VERSION) for kind, value in marks]
        if rows:
            async with transient_named():
                await self._pool.executemany(SQL["add_mark"], rows)

    async def shared_by(self, noted: FactNoted) -> tuple[SharedMark, ...]:
        """Return which marks of a registration other persons have, and how many, 20 at most."""
        if not isinstance(noted.attributes, Attributes):
            return ()
        marks = shared_marks_of(noted.attributes, self._region)
        if not marks:
            return ()
        hashes = [self._hashed(kind, value) for kind, value in marks]
        asked = (hashes, noted.person, HASH_VERSION, SHARED_COUNTED_MAX)
        async with transient_named():
            rows = await self._pool.fetch(SQL["others_of_marks"], *asked)
        return tuple(SharedMark(mark=row["kind"], persons=row["persons"]) for row in rows)

    async def persons_of(self, attributes: Attributes) -> Mapping[str, frozenset[str]]:
        """Return who is behind what is asked: person to the kinds of mark that led there."""
        marks = marks_of(attributes, self._region)
        hashes = [self._hashed(kind, value) for kind, value in marks]
        found: dict[str, set[str]] = defaultdict(set)
        if hashes:
            async with transient_named():
                rows = await self._pool.fetch(SQL["persons_of_marks"], hashes, HASH_VERSION)
            for row in rows:
                found[str(row["person"])].add(row["kind"])
        return {person: frozenset(kinds) for person, kinds in found.items()}

    def kinds_of(self, attributes: Attributes) -> Iterable[str]:
        """Return the kinds of mark that what is asked can be looked up by."""
        return tuple(kind for kind, _ in marks_of(attributes, self._region))

    def _hashed(self, kind: str, value: str) -> bytes:
        return keyed_hash(self._hash_key, str(HASH_VERSION), kind, value)
