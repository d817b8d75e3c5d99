"""Rounds in rotating order: neither a figure nor a peer has a place of its own in the run.

A sample during which the host of a virtual machine took the processors away says how busy the host was: it is taken
again, whichever peer it is of.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from benchmarks.figures import Figure, Sample
from benchmarks.host import Look, look
from benchmarks.peers import PEERS, PeerName

STOLEN_MAX: Final = 0.05
AGAIN_MAX: Final = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample, the share of the processors, 0 to 1, that the host took meanwhile, and how often it was taken again."""

    sample: Sample
    stolen: float
    again: int


Samples: TypeAlias = dict[PeerName, list[Taken]]
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
        samples[figure.name][peer].append(await take(figure, peer))
    return samples


async def take(figure: Figure, peer: PeerName, look: Look = look) -> Taken:
    """Take a sample, again while the host takes more than `STOLEN_MAX`; return the one it took least from."""
    found: list[Taken] = []
    while True:
        before = look()
        sample = await figure.take(peer)
        found.append(Taken(sample, before.stolen_until(look()), again=len(found)))
        if found[-1].stolen <= STOLEN_MAX or len(found) > AGAIN_MAX:
            best = min(found, key=lambda each: each.stolen)
            return Taken(best.sample, best.stolen, again=len(found) - 1)
