"""Samples while the host took the processors away are taken again, for either peer alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.figures import Figure, Sample
from benchmarks.host import Look, Processors
from benchmarks.peers import PEERS, PeerName
from benchmarks.rounds import AGAIN_MAX, Taken, take

QUIET, BUSY, BUSIER = 1 / 32, 1 / 4, 1 / 2


def figure_giving(values: Iterator[float]) -> Figure:
    async def next_value(_peer: PeerName) -> Sample:
        return {"published": next(values)}

    return Figure("append", "append", "append", {"published": "commands/s"}, next_value)


def host_that_takes(shares: list[float]) -> Look:
    """Return a look at processors of which the host takes these shares of eight seconds, one after the other."""
    looks = [
        Processors(total=total, stolen=stolen)
        for share in shares
        for total, stolen in ((0.0, 0.0), (8.0, 8.0 * share))
    ]
    return lambda: looks.pop(0)


@pytest.mark.parametrize("peer", PEERS)
async def test_a_quiet_sample_is_taken_once(peer: PeerName) -> None:
    taken = await take(figure_giving(iter([900.0])), peer, host_that_takes([QUIET]))

    assert taken == Taken({"published": 900.0}, stolen=QUIET, again=0)


@pytest.mark.parametrize("peer", PEERS)
async def test_a_sample_the_host_disturbed_is_thrown_away(peer: PeerName) -> None:
    taken = await take(figure_giving(iter([100.0, 900.0])), peer, host_that_takes([BUSY, QUIET]))

    assert taken == Taken({"published": 900.0}, stolen=QUIET, again=1)


async def test_on_a_host_that_never_rests_the_least_disturbed_sample_counts_not_the_fastest() -> None:
    shares = [BUSIER] * AGAIN_MAX + [BUSY]
    values = iter([900.0] * AGAIN_MAX + [100.0])

    taken = await take(figure_giving(values), "ours", host_that_takes(shares))

    assert taken == Taken({"published": 100.0}, stolen=BUSY, again=AGAIN_MAX)


def test_processors_that_did_nothing_lost_nothing() -> None:
    still = Processors(total=5.0, stolen=1.0)

    assert still.stolen_until(still) == 0.0
