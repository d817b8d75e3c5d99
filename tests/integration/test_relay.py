"""The log is the outbox: what is committed is published in order, at least once, and nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from eventlog.clock import Clock
from eventlog.errors import Fenced, Unavailable
from eventlog.flush import Chain, NewEvent
from eventlog.follower import follow
from eventlog.kafka import publisher as publishing
from eventlog.kafka.publisher import Publisher
from eventlog.memory import memory_storage
from eventlog.projections import reached
from eventlog.recorded import Row
from eventlog.relay import Relay
from eventlog.store import Storage
from eventlog.tail import Tail
from operate.stack.local import Engines
from tests.support.chains import new_event
from tests.support.kafka import line_to, made, records_of

STREAMS = 6
LARGE = 30_000
LIMIT = 10_000


class Killed(BaseException):
    """Stands for a kill: no code of ours catches it."""


@dataclass
class Setup:
    kafka: str
    topic: str
    storage: Storage
    publisher: Publisher

    def relay(self, kind: type[Relay] = Relay) -> Relay:
        return kind(
            self.publisher,
            self.storage.followers,
            topic_of=lambda _stream: self.topic,
            headers=headers_of,
            clock=Clock(),
        )

    async def write(self, stream: str, *events: NewEvent, expected: int = 0) -> None:
        await self.storage.log.append([Chain(stream, expected, events=events)])

    async def lead(self, holder: str = "a") -> int:
        epoch = await self.storage.followers.lease(holder, 60)
        assert epoch is not None
        return epoch

    async def run(self, relay: Relay, epoch: int) -> None:
        """Relay to the present end of the log."""
        tail = Tail(self.storage.log)
        task = asyncio.create_task(
            follow(relay, followers=self.storage.followers, tail=tail, epoch=epoch, page=10)
        )
        head = await self.storage.log.head()
        assert await reached(self.storage.followers, relay.name, head, seconds_max=30)
        task.cancel()
        await asyncio.wait([task])

    async def published(self) -> list[str]:
        return [ids_in(each) for each in await records_of(self.kafka, self.topic)]


def headers_of(row: Row) -> Sequence[tuple[str, bytes]]:
    return [("id", row.id.encode()), ("sequence", b"%d" % (row.public_sequence or 0))]


def ids_in(record: Any) -> str:
    return str(dict(record.headers)["id"].decode())


def event(version: int, body: bytes = b"{}") -> NewEvent:
    return new_event(version, public=body)


@pytest.fixture
async def setup(engines: Engines, topic_prefix: str) -> AsyncIterator[Setup]:
    topic = await made(engines.kafka, topic_prefix, "notes.v1", max_bytes=LIMIT)
    publisher = Publisher(engines.kafka, client_id="test")
    yield Setup(engines.kafka, topic, memory_storage(), publisher)
    await publisher.close()


async def filled(setup: Setup, versions: int = 5) -> list[str]:
    """Write events of several streams in turn, every third one private; return the public ones' ids."""
    expected = []
    for version in range(1, versions + 1):
        for n in range(STREAMS):
            is_public = (version + n) % 3 != 0
            made_event = event(version) if is_public else new_event(version)
            await setup.write(f"note-{n}", made_event, expected=version - 1)
            if is_public:
                expected.append(f"note-{n}@{version}")
    return expected


async def test_what_is_published_is_what_is_public_in_the_log_in_its_order(setup: Setup) -> None:
    expected = await filled(setup)

    await setup.run(setup.relay(), await setup.lead())

    published = await setup.published()
    assert sorted(expected) == sorted(published)
    for n in range(STREAMS):
        mine = [each for each in expected if each.startswith(f"note-{n}@")]
        assert mine == [each for each in published if each.startswith(f"note-{n}@")]
    assert await setup.storage.log.head() == await setup.storage.followers.checkpoint("relay")


async def test_the_record_is_the_rows_public_bytes_under_its_stream(setup: Setup) -> None:
    await setup.write("note-1", event(1, b"\x00 any bytes \xff"))

    await setup.run(setup.relay(), await setup.lead())

    (found,) = await records_of(setup.kafka, setup.topic)
    assert (found.key, found.value) == (b"note-1", b"\x00 any bytes \xff")


class KilledBeforeItsCursor(Relay):
    """Dies when everything is acknowledged and the cursor is not moved yet."""

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        await self._publish_all(rows)
        raise Killed(epoch)


class AcknowledgesFirst(Relay):
    """A planted bug: moves the cursor, then publishes; and it is killed in between."""

    async def take(self, rows: Sequence[Row], epoch: int) -> None:
        await self._followers.save_checkpoint(self.name, rows[-1].position, epoch)
        raise Killed


async def published_over_a_kill(setup: Setup, killed: type[Relay]) -> tuple[set[str], list[str]]:
    """What should be published, and what is, when a relay dies at its first page and another goes on."""
    expected = await filled(setup)
    rows = await setup.storage.log.read(0, 10)
    epoch = await setup.lead()
    with pytest.raises(Killed):
        await setup.relay(killed).take(rows, epoch)
    await setup.storage.followers.release("a")

    await setup.run(setup.relay(), await setup.lead("b"))

    return set(expected), await setup.published()


async def test_a_kill_between_acknowledgement_and_cursor_doubles_and_never_loses(setup: Setup) -> None:
    expected, published = await published_over_a_kill(setup, KilledBeforeItsCursor)

    assert expected == set(published)
    assert len(published) > len(expected)


async def test_a_cursor_moved_before_the_acknowledgement_is_caught_as_lost_events(setup: Setup) -> None:
    expected, published = await published_over_a_kill(setup, AcknowledgesFirst)

    assert expected - set(published)


async def test_a_fenced_relay_moves_no_cursor(setup: Setup) -> None:
    await filled(setup)
    frozen = await setup.lead()
    await setup.storage.followers.release("a")
    await setup.lead("b")

    with pytest.raises(Fenced):
        await setup.relay().take(await setup.storage.log.read(0, 10), frozen)

    assert await setup.storage.followers.checkpoint("relay") == 0


async def test_a_record_too_large_puts_its_stream_aside_while_the_others_flow(setup: Setup) -> None:
    await setup.write("note-1", event(1))
    await setup.write("note-2", event(1, bytes(LARGE)))
    await setup.write("note-2", event(2), expected=1)
    await setup.write("note-3", event(1))

    await setup.run(setup.relay(), await setup.lead())
    await setup.write("note-2", event(3), expected=2)
    await setup.write("note-1", event(2), expected=1)
    await setup.run(setup.relay(), await setup.lead())

    assert {"note-1@1", "note-1@2", "note-3@1"} == set(await setup.published())
    assert {"note-2"} == await setup.storage.followers.quarantined()


async def test_a_stream_let_out_of_quarantine_flows_again_at_once(setup: Setup) -> None:
    relay, epoch = setup.relay(), await setup.lead()
    await setup.write("note-1", event(1, bytes(LARGE)))
    await setup.run(relay, epoch)

    await setup.storage.followers.free("note-1")
    await setup.write("note-1", event(2), expected=1)
    await setup.run(relay, epoch)

    assert await setup.published() == ["note-1@2"]


async def test_a_new_reign_looks_again_at_what_is_put_aside(setup: Setup) -> None:
    relay = setup.relay()
    await setup.write("note-1", event(1))
    await setup.run(relay, await setup.lead())
    await setup.storage.followers.release("a")
    await setup.lead("b")
    await setup.storage.followers.quarantine("note-1", 2, "record_too_large")
    await setup.storage.followers.release("b")

    await setup.write("note-1", event(2), expected=1)
    await setup.write("note-2", event(1))
    await setup.run(relay, await setup.lead())

    assert {"note-1@1", "note-2@1"} == set(await setup.published())


async def test_after_a_broken_line_the_relay_goes_on_from_its_cursor_and_loses_nothing(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = line_to(setup.kafka)
    monkeypatch.setattr(publishing, "SEND_SECONDS_MAX", 0.3)
    given_up, end = list[Any](), publishing._end

    async def counted(producer: Any) -> None:
        given_up.append(producer)
        await end(producer)
        line.is_mute = line.is_refusing = False

    monkeypatch.setattr(publishing, "_end", counted)
    # Once the broker takes a page and its acknowledgement is lost, once it is not to be reached at all; both times
    # a producer is there to be given up.
    breaking = {20: "is_mute", 30: "is_refusing"}

    class Broken(Relay):
        async def take(self, rows: Sequence[Row], epoch: int) -> None:
            if (how := breaking.pop(rows[-1].position, None)) is not None:
                setattr(line, how, True)
                if how == "is_refusing":
                    line.break_all()
            await super().take(rows, epoch)

    async with line.listening():
        setup.publisher = Publisher(f"127.0.0.1:{line.port}", client_id="test")
        expected = await filled(setup)
        await setup.run(setup.relay(Broken), await setup.lead())
        await setup.publisher.close()

    published = await setup.published()
    assert len(given_up) >= 2
    assert len(published) > len(expected)
    assert set(expected) == set(published)
    for n in range(STREAMS):
        # With duplicates dropped, as consumers do by sequence, the order is the log's.
        mine = [each for each in published if each.startswith(f"note-{n}@")]
        assert [each for each in expected if each in mine] == list(dict.fromkeys(mine))


async def test_a_broker_that_is_away_moves_no_cursor(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "SEND_SECONDS_MAX", 0.3)
    await filled(setup)
    setup.publisher = Publisher("127.0.0.1:9", client_id="test")

    with pytest.raises(Unavailable):
        await setup.relay().take(await setup.storage.log.read(0, 10), await setup.lead())

    assert await setup.storage.followers.checkpoint("relay") == 0


async def test_republished_records_are_the_same_bytes_and_move_no_cursor(setup: Setup) -> None:
    await setup.write("note-1", event(1), new_event(2), event(3))
    relay, rows = setup.relay(), await setup.storage.log.read(0, 10)
    await setup.run(relay, await setup.lead())

    told = await relay.republish(rows)

    records = [(each.key, each.value, each.headers) for each in await records_of(setup.kafka, setup.topic)]
    assert (told, records[:2]) == ((2, set()), records[2:])
    assert await setup.storage.followers.checkpoint("relay") == 3


async def test_republishing_passes_by_what_can_never_be_sent_and_names_it(setup: Setup) -> None:
    for number, body in enumerate((b"{}", bytes(LARGE), b"{}"), 1):
        await setup.write(f"note-{number}", event(1, body))
    await setup.storage.followers.quarantine("note-1", 1, "record_too_large")

    assert await setup.relay().republish(await setup.storage.log.read(0, 10)) == (1, {"note-1", "note-2"})
    assert set(await setup.published()) == {"note-3@1"}
