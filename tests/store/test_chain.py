"""Any flip, drop or swap in the log is found and its place named (PostgreSQL, tampered with by SQL)."""

from __future__ import annotations

import asyncio

import pytest

from eventlog import chain as chains
from eventlog.chain import Verified, verify
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.pool import Pool
from tests.support.chains import chain

# Three flushes: positions 1 to 4, 5, and 6 to 8.
FLUSHES = (
    [chain("account-1", events=3), chain("account-2")],
    [chain("account-3")],
    [chain("account-4", events=3)],
)


@pytest.fixture
async def log(pool: Pool) -> PostgresLog:
    log = PostgresLog(pool)
    for flush in FLUSHES:
        await log.append(flush)
    assert Verified(8, 3) == await verify(log)
    return log


@pytest.fixture(autouse=True)
def over_many_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "PAGE", 2)


@pytest.mark.parametrize(
    "flip",
    [
        "body = set_byte(body, 2, 65)",
        "public = set_byte(public, 1, 65)",
        "public = NULL, public_type = NULL, public_schema = NULL, public_sequence = NULL",
        "type = 'account.withdrawn'",
        "stream = 'account-9'",
        "version = 77",
        "schema_version = 1",
        "at = at + interval '1 microsecond'",
        "recorded_at = recorded_at - interval '1 microsecond'",
        "correlation_id = '2'",
        "causation_id = NULL",
        "public_sequence = 9",
        "public_type = 'x'",
        "public_schema = '1.1'",
    ],
)
async def test_one_altered_value_of_one_row_is_found_where_its_flush_begins(
    log: PostgresLog, pool: Pool, flip: str
) -> None:
    await pool.execute(f"UPDATE eventlog.events SET {flip} WHERE position = 2")  # noqa: S608 - our own text

    found = await verify(log)

    assert (found.broken_at, found.reason) == (1, "a row or link here was altered")


MISSING, ALTERED = "a row is missing", "a row or link here was altered"
UNLINKED, GAP = "rows without a link", "rows or links are missing here"
SWAP = """
UPDATE eventlog.events SET position = CASE position WHEN {0} THEN 1000{1} ELSE 1000{0} END WHERE position IN ({0}, {1});
UPDATE eventlog.events SET position = position - 10000 WHERE position > 10000;
"""
CUT_OUT = """
DELETE FROM eventlog.events WHERE position = 5;
DELETE FROM eventlog.links WHERE last_position = 5;
UPDATE eventlog.events SET position = position - 1 WHERE position > 5;
UPDATE eventlog.links SET last_position = last_position - 1, first_position = first_position - 1 WHERE last_position > 5;
"""
ADDED = """
INSERT INTO eventlog.events
SELECT 9, 'account-9', 1, type, schema_version, at, recorded_at, correlation_id, causation_id, public_type, public_schema,
       public_sequence, body, public FROM eventlog.events WHERE position = 1
"""
DROP = "DELETE FROM eventlog.events WHERE position BETWEEN {} AND {}"
UNLINK = "DELETE FROM eventlog.links WHERE last_position BETWEEN {} AND {}"
RELINK = "UPDATE eventlog.links SET hash = set_byte(hash, 0, 1) WHERE last_position BETWEEN {} AND {}"
TAMPERINGS = {
    "a row dropped": (DROP.format(2, 2), 2, MISSING),
    "the last row of a flush dropped": (DROP.format(4, 4), 4, MISSING),
    "the last row dropped": (DROP.format(8, 8), 8, MISSING),
    "the rows of two flushes dropped": (DROP.format(5, 8), 5, MISSING),
    "a link dropped": (UNLINK.format(5, 5), 5, GAP),
    "the first link dropped": (UNLINK.format(4, 4), 1, GAP),
    "the last link dropped": (UNLINK.format(8, 8), 6, UNLINKED),
    "all links dropped": (UNLINK.format(1, 8), 1, UNLINKED),
    "all links altered": (RELINK.format(1, 8), 1, ALTERED),
    "one link altered": (RELINK.format(5, 5), 5, ALTERED),
    "two rows of a flush swapped": (SWAP.format(2, 3), 1, ALTERED),
    "rows of two flushes swapped": (SWAP.format(4, 5), 1, ALTERED),
    "a whole flush cut out and the rest moved up": (CUT_OUT, 5, ALTERED),
    "a row added at the end": (ADDED, 9, UNLINKED),
}


@pytest.mark.parametrize(("tampering", "broken_at", "reason"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
async def test_what_is_dropped_swapped_or_added_is_found_and_its_place_named(
    log: PostgresLog, pool: Pool, *, tampering: str, broken_at: int, reason: str
) -> None:
    await pool.execute(tampering)

    found = await verify(log)

    assert not found.is_whole
    assert (broken_at, reason) == (found.broken_at, found.reason)


async def test_a_log_that_grows_while_it_is_verified_is_whole(log: PostgresLog, pool: Pool) -> None:
    # Bounded: a log that grew for as long as it is verified would double with every time.
    async def grow() -> None:
        for number in range(300):
            await PostgresLog(pool).append([chain(f"account-{100 + number}", events=2)])

    growing, found = asyncio.create_task(grow()), [await verify(log)]
    while not growing.done():
        found.append(await verify(log))
    await growing

    assert [each for each in found if not each.is_whole] == []
    assert len({each.positions for each in found}) > 2


async def test_an_empty_log_is_whole(pool: Pool) -> None:
    assert Verified(0, 0) == await verify(PostgresLog(pool))
