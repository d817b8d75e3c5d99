"""Rounds in rotating order: neither a figure nor a peer has a place of its own in the run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

from benchmarks.figures import Figure, Sample
from benchmarks.peers import PEERS, PeerName

T = TypeVar("T")
Samples: TypeAlias = dict[PeerName, list[Sample]]
Begin: TypeAlias = Callable[[Figure, PeerName], None]


def rotated(items: Sequence[T], by: int) -> list[T]:
    """Return the items beginning with another one each round."""
    start = by % len(items) if items else 0
    return [*items[start:], *items[:start]]


def order(figures: Sequence[Figure], rounds: int) -> Iterator[tuple[Figure, PeerName]]:
    """Yield what to measure one after the other: both peers of a figure side by side, in turns the first."""
    for number in range(rounds):
        for figure in rotated(figures, number):
            for peer in rotated(PEERS, number):
                yield figure, peer


async def measure(
    figures: Sequence[Figure], rounds: int, begin: Begin, warm_up: Callable[[], Awaitable[None]]
) -> dict[str, Samples]:
    """Take all samples. `begin` is told of each; `warm_up` runs first, and what it takes is thrown away."""
    await warm_up()
    samples: dict[str, Samples] = {figure.name: {peer: [] for peer in PEERS} for figure in figures}
    for figure, peer in order(figures, rounds):
        begin(figure, peer)
        samples[figure.name][peer].append(await figure.take(peer))
    return samples
