"""What is measured, by whom, and what is asked of it (`architecture.md` 5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final, Literal, TypeAlias

from benchmarks.append import AppendBench, AppendFigure
from benchmarks.hop import latency, throughput
from benchmarks.load import Load
from benchmarks.peers import PeerName
from benchmarks.plan import Part, Plan
from benchmarks.site import Site

Sample: TypeAlias = Mapping[str, float]
Take: TypeAlias = Callable[[PeerName], Awaitable[Sample]]

HOP_CALLERS: Final = 256
_CALLERS: Final = (1, 64, 256)
_WORDS: Final = {
    "new": "new streams",
    "existing": "existing streams",
    "loaded": "existing streams, each loaded",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What is asked of one measure: a ratio to the peer of at least so much, or a value of ours of at most so much."""

    measure: str
    kind: Literal["ratio", "at most"]
    asked: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured of both peers. `units` names the measures of its samples; the first one is its head."""

    name: str
    title: str
    part: Part
    units: Mapping[str, str]
    take: Take
    goals: Sequence[Goal] = ()


def figures(site: Site, bench: AppendBench | None, plan: Plan, parts: Collection[Part]) -> list[Figure]:
    """Return the figures of a run; `bench` is needed for the append part."""
    found = append_figures(bench) if bench is not None else []
    return [
        each for each in (*found, hop_figure(site, plan), latency_figure(site, plan)) if each.part in parts
    ]


def append_figures(bench: AppendBench) -> list[Figure]:
    """Return the append figures: by callers, on new and on existing streams."""
    asked = {1: 1.0, 64: 6.0, 256: 6.0}
    made = [
        _append_figure(bench, kind, AppendFigure(kind, callers), [Goal("published", "ratio", asked[callers])])
        for kind in ("new", "existing")
        for callers in _CALLERS
    ]
    return [*made, _append_figure(bench, "loaded", AppendFigure("existing", 64, holds_states=False), [])]


def _append_figure(bench: AppendBench, kind: str, figure: AppendFigure, goals: Sequence[Goal]) -> Figure:
    async def take(peer: PeerName) -> Sample:
        sample = await bench.sample(peer, figure)
        return {"published": sample.published, "answered": sample.answered}

    callers = "1 caller" if figure.callers == 1 else f"{figure.callers} callers"
    return Figure(
        f"append_{kind}_{figure.callers}",
        f"append, {callers}, {_WORDS[kind]}",
        "append",
        {"published": "commands/s", "answered": "commands/s"},
        take,
        goals,
    )


def hop_figure(site: Site, plan: Plan) -> Figure:
    """Return the throughput of one hop, end to end."""

    async def take(peer: PeerName) -> Sample:
        found = await throughput(
            site,
            peer,
            warm_up=Load(count=plan.hop_warm_up[peer], callers=HOP_CALLERS),
            load=Load(count=plan.hop_count[peer], callers=HOP_CALLERS),
        )
        cpu = {} if found.cpu_microseconds is None else {"cpu": found.cpu_microseconds}
        return {"throughput": found.per_second, **cpu}

    units = {"throughput": "complaints/s", "cpu": "µs of processor/complaint"}
    return Figure("hop", "one hop, end to end", "hop", units, take, [Goal("throughput", "ratio", 13.0)])


def latency_figure(site: Site, plan: Plan) -> Figure:
    """Return the latency of one hop at the peak of a 10,000-seat centre; the peer gets a tenth of it."""

    async def take(peer: PeerName) -> Sample:
        rate = plan.latency_rate[peer]
        delays = await latency(
            site,
            peer,
            rate=rate,
            warm_up=max(1, round(rate * plan.warm_up_seconds)),
            count=round(rate * plan.latency_seconds),
        )
        return {"p50": percentile(delays, 50) * 1000, "p99": percentile(delays, 99) * 1000}

    ours, naive = round(plan.latency_rate["ours"]), round(plan.latency_rate["naive"])
    return Figure(
        "latency",
        f"one hop at {ours}/s (peer: {naive}/s)",
        "latency",
        {"p50": "ms", "p99": "ms"},
        take,
        [Goal("p50", "at most", 30.0), Goal("p99", "at most", 100.0)],
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that `percent` of all are at most."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
