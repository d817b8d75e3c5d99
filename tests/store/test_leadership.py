"""Leading: one at a time, taken over in time, and a late write refused; on both stores."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from eventlog.errors import Fenced, Unavailable
from eventlog.leader import Leader
from eventlog.memory import MemoryFollowers
from eventlog.store import FollowerStore, Storage
from tests.support.leading import Cut, Reign

LEASE_SECONDS = 0.4
LONG_SECONDS = 60.0


@pytest.fixture
def followers(storage: Storage) -> FollowerStore:
    return storage.followers


@asynccontextmanager
async def leading(
    followers: FollowerStore, reign: Reign, lease_seconds: float = LEASE_SECONDS
) -> AsyncIterator[asyncio.Task[None]]:
    """An instance that seeks the lead until the block is left."""
    task = asyncio.create_task(Leader(followers, reign.lead, lease_seconds=lease_seconds).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_one_of_two_leads(followers: FollowerStore) -> None:
    first, second = Reign(), Reign()

    async with leading(followers, first), first.began(), leading(followers, second):
        # Long enough for the second to have asked several times.
        await asyncio.sleep(LEASE_SECONDS)

        assert (first.epochs, second.epochs) == ([1], [])


async def test_a_killed_leader_is_followed_within_its_lease(followers: FollowerStore) -> None:
    cut = Cut(followers)
    first, second = Reign(), Reign()
    async with leading(cut, first), first.began():
        # A kill leaves no time to give the lease back: nothing of it reaches the store any more.
        cut.off()

    began = asyncio.get_running_loop().time()
    async with leading(followers, second), second.began():
        took = asyncio.get_running_loop().time() - began

    assert second.epochs == [2]
    assert took < 2 * LEASE_SECONDS


async def test_a_leader_that_stops_hands_over_at_once(followers: FollowerStore) -> None:
    first, second = Reign(), Reign()
    async with leading(followers, first, LONG_SECONDS), first.began():
        pass

    async with asyncio.timeout(1), leading(followers, second, LONG_SECONDS), second.began():
        assert second.epochs == [2]


async def test_a_fenced_follower_ends_the_reign_and_the_lead_is_sought_again(
    followers: FollowerStore,
) -> None:
    reign = Reign()
    async with leading(followers, reign), reign.began():
        reign.fail(Fenced("epoch 1 no longer leads"))

        async with reign.began():
            assert len(reign.epochs) == 2


async def test_a_leader_cut_off_from_its_store_stops_its_followers_when_the_lease_ends(
    followers: FollowerStore,
) -> None:
    cut, reign = Cut(followers), Reign()
    async with leading(cut, reign), reign.began():
        cut.off()

        async with asyncio.timeout(3 * LEASE_SECONDS):
            await reign.ended.wait()


async def test_a_short_trouble_of_the_store_does_not_end_a_reign(followers: FollowerStore) -> None:
    cut, reign = Cut(followers), Reign()
    async with leading(cut, reign), reign.began():
        cut.off()
        # Less than the lease, more than one renewal.
        await asyncio.sleep(LEASE_SECONDS / 2)
        cut.on()
        # Past the end of the lease as it stood at the trouble.
        await asyncio.sleep(LEASE_SECONDS)

        assert not reign.ended.is_set()
        assert reign.epochs == [1]


async def cursor_after_a_late_write(followers: FollowerStore) -> int:
    """Where a cursor stands when a leader freezes at 5, its successor reaches 9, and the frozen one wakes up."""
    cut, frozen, successor = Cut(followers), Reign(), Reign()
    async with leading(cut, frozen), frozen.began():
        cut.off()
        async with leading(followers, successor), successor.began():
            await followers.save_checkpoint("relay", 9, successor.epochs[0])
            with suppress(Fenced):
                await followers.save_checkpoint("relay", 5, frozen.epochs[0])
            return await followers.checkpoint("relay")


async def test_a_frozen_leaders_late_write_is_refused(followers: FollowerStore) -> None:
    assert await cursor_after_a_late_write(followers) == 9


class Unfenced(MemoryFollowers):
    """A planted bug: a cursor that moves for whoever asks."""

    async def save_checkpoint(self, name: str, position: int, epoch: int) -> None:
        await super().save_checkpoint(name, position, max(epoch, self._epoch))


async def test_a_cursor_without_its_epoch_is_caught_as_moved_back() -> None:
    assert await cursor_after_a_late_write(Unfenced()) == 5


async def test_a_followers_own_mistake_is_not_swallowed(followers: FollowerStore) -> None:
    reign = Reign()
    task = asyncio.create_task(Leader(followers, reign.lead, lease_seconds=LEASE_SECONDS).run())
    async with reign.began():
        reign.fail(ZeroDivisionError("a mistake of ours"))

    with pytest.raises(ZeroDivisionError):
        await task
    assert await followers.lease("another", 1.0) is not None


async def test_a_store_that_is_away_at_the_end_does_not_keep_the_leader_from_stopping(
    followers: FollowerStore,
) -> None:
    cut, reign = Cut(followers), Reign()
    async with leading(cut, reign) as task, reign.began():
        cut.off()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(Unavailable):
            await cut.checkpoint("relay")
