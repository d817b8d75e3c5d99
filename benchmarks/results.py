"""The document of a run: where and with what it was measured, every sample, and whether what is asked is met."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
import psutil
from pydantic import BaseModel

from benchmarks.figures import Figure, Goal
from benchmarks.peers import PEERS, PeerName
from benchmarks.rounds import Taken
from operate.settings import REPOSITORY
from operate.stack import kafka_jars
from operate.stack.local import Engines

FOLDER: Final = Path(__file__).parent / "results"
_LIBRARIES: Final = ("aiokafka", "asyncpg", "cryptography", "faststream", "pydantic", "uvloop")


class Series(BaseModel):
    """All samples of one measure of one peer, and what they come to."""

    samples: list[float]
    median: float
    min: float
    max: float


class Measure(BaseModel):
    """One measure of both peers; `ratio` is ours over the peer's, the median of the rounds' ratios.

    Both are measured one after the other in a round: a machine that changes its pace between rounds changes both.
    """

    unit: str
    ours: Series
    naive: Series
    ratio: float


class Judgement(BaseModel):
    """What was asked of a measure, what was reached, and whether that is enough."""

    figure: str
    measure: str
    asked: str
    reached: float
    met: bool


class Measured(BaseModel):
    """One figure, measured.

    `stolen` has for each sample the share of the processors, 0 to 1, that the host of the machine gave to others
    meanwhile; `taken_again` counts the samples thrown away because that was too much.
    """

    name: str
    title: str
    measures: dict[str, Measure]
    stolen: dict[PeerName, list[float]]
    taken_again: int


class Machine(BaseModel):
    """Where it ran. The load averages tell whether the machine had anything else to do."""

    processor: str
    cores: int
    memory_gib: float
    kernel: str
    load_before: float
    load_after: float


class Results(BaseModel):
    """A whole run."""

    date: datetime
    commit: str
    rounds: int
    machine: Machine
    versions: dict[str, str]
    figures: list[Measured]
    judgements: list[Judgement]


def measured(figure: Figure, samples: Mapping[PeerName, Sequence[Taken]]) -> Measured:
    """Return what the samples of a figure come to; a measure that not every sample has is left out."""
    everything = [taken for peer in PEERS for taken in samples[peer]]
    measures = {
        name: _measure(unit, {peer: [taken.sample[name] for taken in samples[peer]] for peer in PEERS})
        for name, unit in figure.units.items()
        if all(name in taken.sample for taken in everything)
    }
    return Measured(
        name=figure.name,
        title=figure.title,
        measures=measures,
        stolen={peer: [round(taken.stolen, 3) for taken in samples[peer]] for peer in PEERS},
        taken_again=sum(taken.again for taken in everything),
    )


def judged(figure: Figure, found: Measured) -> list[Judgement]:
    """Return for each goal of a figure whether it is met."""
    return [_judged(figure.name, goal, found.measures[goal.measure]) for goal in figure.goals]


def file_name(results: Results, part: str | None) -> str:
    """Return the name a run's document has: date, commit, and the part where it is not the whole."""
    return "-".join((f"{results.date:%Y-%m-%d}", results.commit, *([part] if part else []))) + ".json"


def machine(load_before: float) -> Machine:
    """Describe this machine now."""
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        kernel=f"{platform.system()} {platform.release()}",
        load_before=round(load_before, 2),
        load_after=round(os.getloadavg()[0], 2),
    )


async def versions(engines: Engines, *, own_kafka: bool) -> dict[str, str]:
    """Return the versions of all that took part."""
    connection = await asyncpg.connect(engines.postgres_admin_dsn)
    try:
        server = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    return {
        "python": platform.python_version(),
        "postgresql": server,
        "kafka": kafka_jars.version() if own_kafka else "given from outside",
        **{name: version(name) for name in _LIBRARIES},
    }


def commit() -> str:
    """Return the short id of the commit in hand, with a `+` where the tree differs from it."""
    head = _git("rev-parse", "--short", "HEAD")
    return (head + ("+" if _git("status", "--porcelain") else "")) if head else "no-commit"


def _measure(unit: str, values: Mapping[PeerName, Sequence[float]]) -> Measure:
    rounds = zip(values["ours"], values["naive"], strict=True)
    ratio = median(ours / naive for ours, naive in rounds)
    return Measure(
        unit=unit, ours=_series(values["ours"]), naive=_series(values["naive"]), ratio=round(ratio, 3)
    )


def _series(samples: Sequence[float]) -> Series:
    rounded = [round(sample, 2) for sample in samples]
    return Series(samples=rounded, median=round(median(samples), 2), min=min(rounded), max=max(rounded))


def _judged(figure: str, goal: Goal, found: Measure) -> Judgement:
    if goal.kind == "ratio":
        asked, reached, met = (
            f"at least {goal.asked:g} times the peer",
            found.ratio,
            found.ratio >= goal.asked,
        )
    else:
        reached = found.ours.median
        asked, met = f"at most {goal.asked:g} {found.unit}", reached <= goal.asked
    return Judgement(figure=figure, measure=goal.measure, asked=asked, reached=reached, met=met)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _git(*words: str) -> str:
    done = subprocess.run(("git", *words), cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
