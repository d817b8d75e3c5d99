"""Loading, reading, command ids and links, on both stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from eventlog.chain import link_hash, row_hash
from eventlog.clock import Clock, fresh_id
from eventlog.flush import ANY_VERSION, Chain, InboxAdvance, KnownCommand, NewEvent, TimerChange, Verdict
from eventlog.log import EventLog
from eventlog.store import Storage
from tests.support.account import NOON, deposit, opening
from tests.support.chains import chain, new_event


async def filled(log: EventLog, streams: int, events: int) -> list[str]:
    names = [f"account-{n}" for n in range(streams)]
    for name in names:
        await log.execute(name, opening("p"), command_id=fresh_id())
        await log.execute(name, deposit(times=events - 1), command_id=fresh_id())
    return names


async def test_many_streams_load_at_once_each_above_its_version(log: EventLog, storage: Storage) -> None:
    names = await filled(log, streams=5, events=4)

    found = await storage.log.load({name: after for after, name in enumerate(names)} | {"account-none": 0})

    assert [[row.version for row in found[name]] for name in names] == [
        [1, 2, 3, 4],
        [2, 3, 4],
        [3, 4],
        [4],
        [],
    ]
    assert found["account-none"] == []
    assert {"account-0"} == {row.stream for row in found["account-0"]}


async def test_a_loaded_row_is_the_stored_one_without_its_public_bytes(
    log: EventLog, storage: Storage
) -> None:
    await filled(log, streams=1, events=2)

    rows = await storage.log.read(0, 10)
    loaded = (await storage.log.load({"account-0": 0}))["account-0"]

    assert [(row.public or b"")[:24] for row in rows] == [b'{"person":"p","sealed":[', b'{"amount":1}']
    assert [row.public for row in loaded] == [None, None]
    assert [row.body for row in rows] == [row.body for row in loaded]


async def test_reading_pages_by_position(log: EventLog, storage: Storage) -> None:
    await filled(log, streams=3, events=3)

    pages = [await storage.log.read(after, 4) for after in (0, 4, 8, 9)]

    assert [[row.position for row in page] for page in pages] == [[1, 2, 3, 4], [5, 6, 7, 8], [9], []]


async def test_command_ids_are_kept_and_forgotten_by_real_time(storage: Storage) -> None:
    old = KnownCommand(UUID(int=1), "account-1", 1, 1)
    await storage.log.append([chain("account-1", commands=[old])])
    now = Clock().real_now()

    kept = await storage.log.forget_commands(now - timedelta(hours=1))
    known = await storage.log.known([old.id, UUID(int=2)])
    forgotten = await storage.log.forget_commands(now + timedelta(hours=1))

    assert {old.id: old} == known
    assert (kept, forgotten) == (0, 1)
    assert await storage.log.known([old.id]) == {}


@pytest.mark.parametrize("made", [0, 1])
async def test_a_command_is_known_by_what_it_made_itself_whatever_its_chain_holds(
    storage: Storage, made: int
) -> None:
    command = KnownCommand(UUID(int=1), "account-1", 1, made)

    await storage.log.append([chain("account-1", events=1, commands=[command])])

    assert await storage.log.known([command.id]) == {command.id: command}


async def test_a_forgotten_id_is_a_new_one(log: EventLog, storage: Storage) -> None:
    same = fresh_id()
    await log.execute("account-1", opening("p"), command_id=fresh_id())
    await log.execute("account-1", deposit(), command_id=same)

    await storage.log.forget_commands(Clock().real_now() + timedelta(hours=1))
    result = await log.execute("account-1", deposit(), command_id=same)

    assert (result.version, result.known) == (3, False)


async def test_every_flush_has_one_link_bound_to_the_one_before(storage: Storage) -> None:
    await storage.log.append([chain("account-1", events=2), chain("account-2", events=1)])
    await storage.log.append([Chain("t/k", ANY_VERSION, inbox=[InboxAdvance("t", "k", 0, 1, b"")])])
    await storage.log.append([chain("account-3", events=1)])

    first, second = await storage.log.links(0, 10)

    rows = await storage.log.read(0, 10)
    assert [(link.first_position, link.last_position) for link in (first, second)] == [(1, 3), (4, 4)]
    assert link_hash(b"", [row_hash(row) for row in rows[:3]]) == first.hash
    assert link_hash(first.hash, [row_hash(rows[3])]) == second.hash
    assert [second] == await storage.log.links(3, 10)
    assert [first] == await storage.log.links(0, 1)


async def test_each_chain_of_a_flush_has_its_own_verdict(storage: Storage) -> None:
    known = KnownCommand(UUID(int=1), "account-1", 1, 1)
    await storage.log.append([chain("account-1", commands=[known])])
    step = InboxAdvance("t", "k", 5, 6, b"")

    written = await storage.log.append(
        [
            chain("account-1"),
            chain("account-2", commands=[known]),
            chain("account-3", fired=("reminder", NOON)),
            chain("account-4", inbox=[step]),
            chain("account-5", events=2),
        ]
    )

    assert written.verdicts == [
        Verdict.VERSION_CONFLICT,
        Verdict.COMMAND_KNOWN,
        Verdict.TIMER_GONE,
        Verdict.INBOX_MOVED,
        Verdict.WRITTEN,
    ]
    assert written.base_position == 1
    assert [row.stream for row in await storage.log.read(0, 10)] == ["account-1", "account-5", "account-5"]


async def test_a_chain_that_does_not_stand_leaves_no_trace_of_any_part(storage: Storage) -> None:
    known = KnownCommand(UUID(int=1), "account-1", 1, 1)
    await storage.log.append([chain("account-1", commands=[known])])
    other = KnownCommand(UUID(int=2), "account-2", 1, 1)
    step = InboxAdvance("t", "k", 0, 1, b"")

    (verdict,) = (
        await storage.log.append(
            [
                chain(
                    "account-2",
                    commands=[other, known],
                    inbox=[step],
                    timers=[TimerChange("reminder", NOON)],
                )
            ]
        )
    ).verdicts

    assert Verdict.COMMAND_KNOWN is verdict
    assert await storage.log.head() == 1
    assert await storage.log.known([other.id]) == {}
    assert (await storage.inbox.states([("t", "k")]))["t", "k"].last == 0
    assert await storage.log.next_due() is None


async def test_every_column_comes_back_as_it_was_written(storage: Storage) -> None:
    private, public = new_event(1), new_event(2, public=b"\x00 public \xff")
    await storage.log.append([Chain("account-1", 0, events=[private, public])])

    columns = NewEvent._fields
    for row, event in zip(await storage.log.read(0, 10), (private, public), strict=True):
        assert [getattr(event, name) for name in columns] == [getattr(row, name) for name in columns]


async def test_two_instances_share_nothing_but_the_store(open_log: Callable[[], EventLog]) -> None:
    here, there = open_log(), open_log()
    await filled(here, streams=1, events=3)

    assert (await here.state("account-0")) == (await there.state("account-0"))
