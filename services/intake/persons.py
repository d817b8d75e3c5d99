"""Who complains: finds the person behind a register by keyed hashes, or takes a new one from the stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

import asyncpg

from eventlog.errors import Unavailable
from eventlog.gather import Gatherer
from eventlog.ids import keyed_hash
from eventlog.keys import Keyring, PersonKey
from eventlog.postgres.log import transient_named
from eventlog.postgres.pool import Pool
from eventlog.postgres.queries import queries_from

SQL = queries_from(files("services.intake.sql") / "queries.sql")
# The version of the hash key: a rotation is a side-by-side rebuild of the index.
HASH_VERSION = "1"
REDO_MAX = 10

Marks = tuple[tuple[str, str], ...]


class Persons:
    """The identity index of intake.

    The first known of account (with source), e-mail and phone decides; the other marks are added only
    where they are free. Persons are never merged. Callers at the same time share one round trip.
    """

    def __init__(self, pool: Pool, keyring: Keyring, hash_key: bytes) -> None:
        self._pool = pool
        self._keyring = keyring
        self._hash_key = hash_key
        self._gatherer: Gatherer[Marks, str] = Gatherer(self._resolve_all)

    async def resolve(self, marks: Marks) -> str:
        """Return the person id for these marks (kind, normalised value), in order of precedence.

        Raises Unavailable when the index does not answer, KeysUnavailable when no new person can be made.
        """
        return await self._gatherer.submit(marks)

    async def _resolve_all(self, batch: Sequence[Marks]) -> Sequence[str]:
        hashed = [[self._hashed(kind, value) for kind, value in marks] for marks in batch]
        for _ in range(REDO_MAX):
            known = await self._known({mark for marks in hashed for mark in marks})
            persons, new = await self._assigned(hashed, known)
            if await self._added(hashed, persons, known):
                return persons
            # Somebody else gave one of these marks to a person meanwhile, and none was added: look again.
            for key in new:
                self._keyring.give_back(key)
        raise Unavailable("the identity index changes under this request again and again")

    async def _assigned(
        self, hashed: Sequence[Sequence[bytes]], known: Mapping[bytes, str]
    ) -> tuple[list[str], list[PersonKey]]:
        held = dict(known)
        missing = [marks for marks in hashed if not any(mark in held for mark in marks)]
        new = await self._keyring.new_persons(len(missing))
        unused, persons = list(new), []
        for marks in hashed:
            person = next((held[mark] for mark in marks if mark in held), None)
            if person is None:
                person = unused.pop().person
            for mark in marks:
                held.setdefault(mark, person)
            persons.append(person)
        for key in unused:
            self._keyring.give_back(key)
        return persons, [key for key in new if key not in unused]

    async def _added(
        self, hashed: Sequence[Sequence[bytes]], persons: Sequence[str], known: Mapping[bytes, str]
    ) -> bool:
        wanted: dict[bytes, str] = {}
        for marks, person in zip(hashed, persons, strict=True):
            for mark in marks:
                if mark not in known:
                    wanted.setdefault(mark, person)
        if not wanted:
            return True
        # In one order, so that two who add the same marks wait for each other and not both.
        marks = sorted(wanted)
        try:
            async with transient_named():
                await self._pool.execute(SQL["add_marks"], marks, [wanted[mark] for mark in marks])
        except asyncpg.UniqueViolationError:
            return False
        return True

    async def _known(self, marks: set[bytes]) -> dict[bytes, str]:
        async with transient_named():
            rows = await self._pool.fetch(SQL["persons_of_marks"], list(marks))
        return {row["mark"]: str(row["person"]) for row in rows}

    def _hashed(self, kind: str, value: str) -> bytes:
        return keyed_hash(self._hash_key, HASH_VERSION, kind, value)
