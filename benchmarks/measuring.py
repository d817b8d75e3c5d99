"""One run: both peers in turn, round by round, so that a machine that slows down slows both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from benchmarks.append import AppendBench, AppendFigure, Span, open_append_bench
from benchmarks.figures import Figure, percentile
from benchmarks.hop import latency, throughput
from benchmarks.load import Load, Streams
from benchmarks.peers import PEERS, PeerName
from benchmarks.site import Site

CALLERS_ASKED: Final = {1: 1.0, 64: 6.0, 256: 6.0}
HOP_ASKED: Final = 13.0
HOP_CALLERS: Final = 256
P50_MILLISECONDS_MAX: Final = 30.0
P99_MILLISECONDS_MAX: Final = 100.0
PEAK_PER_SECOND: Final = 500.0
# The naive peer cannot hold the peak at all: it is measured at a tenth of it.
RATES: Final[dict[PeerName, float]] = {"ours": PEAK_PER_SECOND, "naive": PEAK_PER_SECOND / 10}
HOP_COUNTS: Final[dict[PeerName, int]] = {"ours": 8000, "naive": 600}
HOP_WARM_UPS: Final[dict[PeerName, int]] = {"ours": 3000, "naive": 200}
LATENCY_SECONDS: Final = 4
STREAMS: Final[Sequence[Streams]] = ("new", "existing")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. `step` is told what is being measured, for a progress bar."""

    rounds: int
    measured_seconds: float
    step: Callable[[str], None]


def in_turn(number: int) -> Sequence[PeerName]:
    """Return the peers, the one first that was last in the round before."""
    return PEERS if number % 2 == 0 else tuple(reversed(PEERS))


async def measure_append(site: Site, plan: Plan) -> list[Figure]:
    """Measure appends at 1, 64 and 256 callers, on new and on existing streams."""
    figures = {
        AppendFigure(streams, callers): Figure(
            f"append, {callers} {'caller' if callers == 1 else 'callers'}, {streams} streams",
            "published commands a second",
            ratio_asked=asked,
        )
        for streams in STREAMS
        for callers, asked in CALLERS_ASKED.items()
    }
    async with open_append_bench(site, Span(1.0, plan.measured_seconds)) as bench:
        for number, (wanted, figure) in product(range(plan.rounds), figures.items()):
            for peer in in_turn(number):
                plan.step(f"{figure.name}, {peer}, round {number + 1}")
                figure.samples[peer].append(await _published(bench, peer, wanted))
    return list(figures.values())


async def measure_hop(site: Site, plan: Plan) -> list[Figure]:
    """Measure one hop end to end: command, log, Kafka, the next service's log, Kafka."""
    figure = Figure("one hop end to end", "complaints a second", ratio_asked=HOP_ASKED)
    cost = Figure("one hop, processor time", "microseconds a complaint")
    for number in range(plan.rounds):
        for peer in in_turn(number):
            plan.step(f"{figure.name}, {peer}, round {number + 1}")
            found = await throughput(
                site,
                peer,
                warm_up=Load(count=HOP_WARM_UPS[peer], callers=HOP_CALLERS),
                load=Load(count=HOP_COUNTS[peer], callers=HOP_CALLERS),
            )
            figure.samples[peer].append(found.per_second)
            if found.cpu_microseconds is not None:
                cost.samples[peer].append(found.cpu_microseconds)
    return [figure, cost]


async def measure_latency(site: Site, plan: Plan) -> list[Figure]:
    """Measure one hop's latency at the peak of a 10,000-seat centre; naive at a tenth of that."""
    middle = Figure("one hop at 500/s, p50", "milliseconds", at_most=P50_MILLISECONDS_MAX)
    late = Figure("one hop at 500/s, p99", "milliseconds", at_most=P99_MILLISECONDS_MAX)
    for number in range(plan.rounds):
        for peer in in_turn(number):
            plan.step(f"one hop latency, {peer}, round {number + 1}")
            rate = RATES[peer]
            delays = await latency(
                site, peer, rate=rate, warm_up=int(rate), count=int(rate * LATENCY_SECONDS)
            )
            middle.samples[peer].append(percentile(delays, 0.50) * 1000)
            late.samples[peer].append(percentile(delays, 0.99) * 1000)
    return [middle, late]


async def _published(bench: AppendBench, peer: PeerName, figure: AppendFigure) -> float:
    # What counts is the whole duty: an answer whose record is still unsent is not done.
    return (await bench.sample(peer, figure)).published
