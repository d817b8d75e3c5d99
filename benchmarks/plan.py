"""How large a run is: rounds, seconds, complaints. A quick run shows that all works, not how fast it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from benchmarks.peers import PeerName

Part: TypeAlias = Literal["append", "hop", "latency"]
PARTS: Final[tuple[Part, ...]] = ("append", "hop", "latency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The sizes of one run. The slower peer sends less through the hop, so that both take a few seconds."""

    rounds: int
    warm_up_seconds: float
    append_seconds: float
    hop_warm_up: dict[PeerName, int]
    hop_count: dict[PeerName, int]
    latency_rate: dict[PeerName, float]
    latency_seconds: float


FULL: Final = Plan(
    rounds=5,
    warm_up_seconds=1.0,
    append_seconds=2.5,
    hop_warm_up={"ours": 4000, "naive": 250},
    hop_count={"ours": 12_000, "naive": 800},
    latency_rate={"ours": 500.0, "naive": 50.0},
    latency_seconds=4.0,
)
QUICK: Final = Plan(
    rounds=1,
    warm_up_seconds=0.3,
    append_seconds=0.7,
    hop_warm_up={"ours": 500, "naive": 50},
    hop_count={"ours": 1500, "naive": 100},
    latency_rate={"ours": 500.0, "naive": 50.0},
    latency_seconds=1.0,
)
