"""The ratio of both peers does not move with the machine's pace."""

from __future__ import annotations

from benchmarks.figures import Figure, Sample
from benchmarks.peers import PEERS, PeerName
from benchmarks.results import measured
from benchmarks.rounds import Taken


async def nothing(_peer: PeerName) -> Sample:
    return {}


def test_ratio_is_taken_round_by_round_as_both_are_measured() -> None:
    """A machine twice as fast in some rounds: by medians of all rounds one peer would get the fast ones."""
    figure = Figure("hop", "hop", "hop", {"throughput": "complaints/s"}, nothing)
    pace = {"ours": (3000.0, 5000.0, 3500.0, 4600.0, 3300.0), "naive": (300.0, 500.0, 350.0, 460.0, 430.0)}
    samples = {
        peer: [Taken({"throughput": each}, stolen=0.0, again=0) for each in pace[peer]] for peer in PEERS
    }

    found = measured(figure, samples).measures["throughput"]

    assert (found.ours.median, found.naive.median, found.ratio) == (3500.0, 430.0, 10.0)
