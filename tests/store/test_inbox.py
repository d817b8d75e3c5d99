"""Last sequences, parked records and dead letters, on both stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from eventlog.clock import Clock
from eventlog.flush import ANY_VERSION, Chain, InboxAdvance, Verdict
from eventlog.store import DeadLetter, InboxState, InboxStore, ParkedRecord, Storage

ODD_HEADERS: Sequence[tuple[str, bytes | None]] = [("null", None), ("empty", b""), ("bytes", b"\xff\x00")]


@pytest.fixture
def inbox(storage: Storage) -> InboxStore:
    return storage.inbox


def parked(sequence: int, *, key: str = "k", topic: str = "t", value: bytes | None = b"v") -> ParkedRecord:
    return ParkedRecord(topic, key, sequence, 2, 100 + sequence, ODD_HEADERS, value, timestamp_ms=7)


def dead(offset: int, *, topic: str = "t", cause: str = "unreadable", timestamp_ms: int = 7) -> DeadLetter:
    return DeadLetter(
        topic, 1, offset, b"\xff key", ODD_HEADERS, b"sealed", cause, "no_data", 1, timestamp_ms
    )


async def advance(storage: Storage, expected: int, last: int, *, key: str = "k") -> Verdict:
    step = InboxAdvance("t", key, expected, last, b"hash of %d" % last)
    (verdict,) = (await storage.log.append([Chain("t/k", ANY_VERSION, inbox=[step])])).verdicts
    return verdict


async def test_a_key_never_seen_stands_at_zero(inbox: InboxStore) -> None:
    assert {("t", "k"): InboxState()} == await inbox.states([("t", "k")])


async def test_the_inbox_of_a_key_moves_step_by_step(storage: Storage) -> None:
    assert Verdict.WRITTEN is await advance(storage, 0, 3)
    assert Verdict.INBOX_MOVED is await advance(storage, 0, 3)
    assert Verdict.INBOX_MOVED is await advance(storage, 2, 4)
    assert Verdict.WRITTEN is await advance(storage, 3, 4)

    states = await storage.inbox.states([("t", "k"), ("t", "m"), ("u", "k")])
    assert InboxState(4, b"hash of 4") == states["t", "k"]
    assert InboxState() == states["t", "m"] == states["u", "k"]


async def test_states_name_the_lowest_parked_above_the_last(storage: Storage) -> None:
    await storage.inbox.park([parked(n) for n in (2, 5, 7)])
    await advance(storage, 0, 2)

    states = await storage.inbox.states([("t", "k")])

    assert states["t", "k"].next_parked == 5


async def test_what_is_parked_comes_back_as_it_was(inbox: InboxStore) -> None:
    await inbox.park([parked(2), parked(3, value=None)])

    assert [parked(2), parked(3, value=None)] == await inbox.parked_from("t", "k", 2)


async def test_parking_twice_keeps_the_first(inbox: InboxStore) -> None:
    await inbox.park([parked(2)])
    await inbox.park([parked(2, value=b"other"), parked(2, value=b"again"), parked(3)])

    assert await inbox.parked_count() == 2
    assert parked(2) == (await inbox.parked_from("t", "k", 2))[0]


@pytest.mark.parametrize(
    ("start", "expected"),
    [(1, []), (2, [2, 3, 4]), (3, [3, 4]), (5, []), (6, [6])],
)
async def test_the_unbroken_run_starts_where_asked(
    inbox: InboxStore, start: int, expected: list[int]
) -> None:
    await inbox.park([parked(n) for n in (6, 2, 4, 3)])
    await inbox.park([parked(5, key="m"), parked(5, topic="u")])

    run = await inbox.parked_from("t", "k", start)

    assert expected == [record.sequence for record in run]


async def test_unparking_drops_what_the_inbox_has_passed(inbox: InboxStore) -> None:
    await inbox.park([*(parked(n) for n in (2, 3, 4)), parked(2, key="m")])

    await inbox.unpark("t", "k", 3)

    assert [record.sequence for record in await inbox.parked_from("t", "k", 4)] == [4]
    assert await inbox.parked_count() == 2


async def test_parking_nothing_is_nothing(inbox: InboxStore) -> None:
    await inbox.park([])

    assert await inbox.parked_count() == 0


async def test_a_dead_letter_is_kept_once_and_it_says_so(inbox: InboxStore) -> None:
    first = await inbox.keep_dead([dead(7), dead(8)])
    second = await inbox.keep_dead([dead(8, cause="exception"), dead(9), dead(9)])

    assert (first, second) == ([True, True], [False, True, False])
    kept = await inbox.dead_after(0, 10)
    assert [(letter.offset, letter.cause) for letter in kept] == [
        (7, "unreadable"),
        (8, "unreadable"),
        (9, "unreadable"),
    ]


async def test_a_record_of_a_topic_made_anew_is_another_at_the_same_place(inbox: InboxStore) -> None:
    before, after = dead(7), dead(7, timestamp_ms=8)

    assert await inbox.keep_dead([before]) == [True]
    assert await inbox.keep_dead([before, after, after]) == [False, True, False]
    assert [letter.timestamp_ms for letter in await inbox.dead_after(0, 10)] == [7, 8]


async def test_a_letter_kept_before_its_time_was_noted_is_the_same_where_its_headers_are(
    inbox: InboxStore,
) -> None:
    timeless, again = dead(7, timestamp_ms=0), dead(7)
    another = replace(dead(7, timestamp_ms=8), headers=[("ce_id", b"another")])

    assert await inbox.keep_dead([timeless]) == [True]
    assert await inbox.keep_dead([again, another]) == [False, True]


async def test_a_dead_letter_comes_back_as_it_was(inbox: InboxStore) -> None:
    await inbox.keep_dead([replace(dead(7), key=None, sealed_value=None)])

    (letter,) = await inbox.dead_after(0, 10)

    assert replace(dead(7), key=None, sealed_value=None, id=letter.id) == letter
    assert letter.failed_at is not None


async def test_keeping_no_dead_letter_is_nothing(inbox: InboxStore) -> None:
    assert await inbox.keep_dead([]) == []


async def test_dead_letters_are_paged_by_number(inbox: InboxStore) -> None:
    await inbox.keep_dead([dead(n) for n in range(5)])
    (first, second) = await inbox.dead_after(0, 2)

    rest = await inbox.dead_after(second.id, 10)

    assert [letter.offset for letter in (first, second, *rest)] == [0, 1, 2, 3, 4]


async def test_a_dead_letter_is_settled_once(inbox: InboxStore) -> None:
    await inbox.keep_dead([dead(7)])
    (letter,) = await inbox.dead_after(0, 10)

    assert await inbox.settle_dead(letter.id, "requeued")
    assert not await inbox.settle_dead(letter.id, "dropped")
    assert not await inbox.settle_dead(letter.id + 1, "dropped")
    assert [each.settled_as for each in await inbox.dead_after(0, 10)] == ["requeued"]


async def test_old_dead_letters_are_forgotten_and_their_numbers_not_given_again(inbox: InboxStore) -> None:
    now = Clock().real_now()
    await inbox.keep_dead([dead(7)])
    await inbox.forget_dead(now - timedelta(days=1))
    (kept,) = await inbox.dead_after(0, 10)

    await inbox.forget_dead(now + timedelta(days=1))
    await inbox.keep_dead([dead(8)])

    (later,) = await inbox.dead_after(0, 10)
    assert (kept.offset, later.offset) == (7, 8)
    assert later.id > kept.id


async def test_an_operator_moves_the_inbox_forward_and_never_back(storage: Storage) -> None:
    await storage.inbox.move_inbox("t", "k", 5)
    await storage.inbox.move_inbox("t", "k", 3)

    states = await storage.inbox.states([("t", "k")])

    assert InboxState(5, b"") == states["t", "k"]
    assert Verdict.WRITTEN is await advance(storage, 5, 6)
