"""Checkpoints, lease and quarantine, on both stores."""

from __future__ import annotations

import asyncio

import pytest

from eventlog.errors import Fenced
from eventlog.store import FollowerStore, Storage

LONG_SECONDS = 60.0
SHORT_SECONDS = 0.05


@pytest.fixture
def followers(storage: Storage) -> FollowerStore:
    return storage.followers


async def led_by(followers: FollowerStore, holder: str) -> int:
    """Take the lead, which is free or about to be."""
    for _ in range(100):
        if (epoch := await followers.lease(holder, LONG_SECONDS)) is not None:
            return epoch
        await asyncio.sleep(SHORT_SECONDS / 5)
    raise AssertionError("the lead was never free")


async def test_a_new_follower_starts_at_the_beginning(followers: FollowerStore) -> None:
    assert await followers.checkpoint("relay") == 0


async def test_each_follower_has_a_checkpoint_of_its_own(followers: FollowerStore) -> None:
    epoch = await led_by(followers, "a")

    await followers.save_checkpoint("relay", 7, epoch)
    await followers.save_checkpoint("relay", 9, epoch)
    await followers.save_checkpoint("list", 3, epoch)

    assert (await followers.checkpoint("relay"), await followers.checkpoint("list")) == (9, 3)


async def test_nobody_but_the_leader_moves_a_checkpoint(followers: FollowerStore) -> None:
    epoch = await led_by(followers, "a")

    for other in (epoch - 1, epoch + 1):
        with pytest.raises(Fenced):
            await followers.save_checkpoint("relay", 7, other)

    assert await followers.checkpoint("relay") == 0


async def test_the_lead_is_one_holders_until_the_lease_ends(followers: FollowerStore) -> None:
    epoch = await led_by(followers, "a")

    assert await followers.lease("b", LONG_SECONDS) is None
    assert epoch == await followers.lease("a", LONG_SECONDS)


async def test_a_lease_that_ran_out_is_taken_over_with_a_higher_epoch(followers: FollowerStore) -> None:
    first = await followers.lease("a", SHORT_SECONDS)
    await followers.save_checkpoint("relay", 7, first or 0)

    second = await led_by(followers, "b")

    assert first is not None
    assert second > first
    with pytest.raises(Fenced):
        await followers.save_checkpoint("relay", 8, first)
    assert await followers.checkpoint("relay") == 7


async def test_a_lease_that_ran_out_and_nobody_took_is_renewed_as_it_was(followers: FollowerStore) -> None:
    first = await followers.lease("a", 0.0)

    assert first == await followers.lease("a", LONG_SECONDS)


async def test_a_released_lead_is_free_at_once(followers: FollowerStore) -> None:
    first = await led_by(followers, "a")
    await followers.release("a")

    second = await followers.lease("b", LONG_SECONDS)

    assert second is not None
    assert second > first


async def test_nobody_releases_the_lead_of_another(followers: FollowerStore) -> None:
    await led_by(followers, "a")

    await followers.release("b")

    assert await followers.lease("b", LONG_SECONDS) is None


async def test_of_many_who_want_the_lead_one_gets_it(followers: FollowerStore) -> None:
    epochs = await asyncio.gather(*(followers.lease(f"h{n}", LONG_SECONDS) for n in range(20)))

    assert sum(epoch is not None for epoch in epochs) == 1


async def test_a_stream_in_quarantine_stays_there_until_it_is_freed(followers: FollowerStore) -> None:
    await followers.quarantine("note-1", 5, "record_too_large")
    await followers.quarantine("note-1", 6, "record_too_large")
    await followers.quarantine("note-2", 7, "record_too_large")
    held = await followers.quarantined()

    await followers.free("note-1")
    await followers.free("note-1")

    assert {"note-1", "note-2"} == held
    assert {"note-2"} == await followers.quarantined()
