"""The watch list told: the professional complainant's bill and route, and who complains often and is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from operate.demo.dealings import persons_of
from operate.demo.reading import ReadBack
from operate.demo.reviewing import Judged, Reviewing
from operate.demo.tales import Tale


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a later complaint of a flagged person went."""

    reference: str
    rule: str
    desk: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """A person whose flag was confirmed: the bill, who judged, what a look-up says, where complaints went from then on.

    `score` and `reasons` are those of the proposal, `points` and the signals `later` what came until the end.
    """

    complaints: int
    merchants: int
    score: int
    threshold: int
    reasons: tuple[Mapping[str, Any], ...]
    points: int
    later: tuple[str, ...]
    judged: tuple[Judged, ...]
    screening: Mapping[str, Any]
    screening_seconds: float
    routed: tuple[Routed, ...]


@dataclass(frozen=True, slots=True)
class Frequent:
    """A person who complains often and is right: what the bill says, and which guards spoke for the person."""

    complaints: int
    merchants: int
    score: int
    threshold: int
    guards: tuple[str, ...]
    flags: int


@dataclass(frozen=True, slots=True)
class Watched:
    """Both of them, where the corpus has them in play."""

    flagged: Flagged | None = None
    frequent: Frequent | None = None


async def watched_of(
    reviewing: Reviewing, read_back: ReadBack, tales: Sequence[Tale], complaints: Mapping[str, str]
) -> Watched:
    """Ask blacklist for both persons as a reviewer, and for a screening as a desk. Raises OperateError."""
    return Watched(
        await _flagged(reviewing, read_back, _watched(tales, "professional"), complaints),
        await _frequent(reviewing, read_back, _watched(tales, "frequent_justified"), complaints),
    )


async def _flagged(
    reviewing: Reviewing, read_back: ReadBack, tales: Sequence[Tale], complaints: Mapping[str, str]
) -> Flagged | None:
    if not tales:
        return None
    person = persons_of(read_back)[complaints[tales[0].reference]]
    view = await reviewing.view(person)
    if not view["flags"]:
        return None
    flag = view["flags"][0]
    screening = await reviewing.screen(tales[0].register["complainant"])
    return Flagged(
        complaints=view["complaint_count"],
        merchants=len({tale.register.get("merchant") for tale in tales}),
        score=flag["score"],
        threshold=view["score"]["threshold"],
        reasons=tuple(flag["reasons"]),
        points=view["score"]["points"],
        later=tuple(
            each["signal"]
            for each in view["score"]["reasons"]
            if each["signal"] not in {reason["signal"] for reason in flag["reasons"]}
        ),
        judged=tuple(reviewing.reviewed.flags.get(person, ())),
        screening=screening.document,
        screening_seconds=screening.seconds,
        routed=tuple(_routed(read_back, tales, complaints)),
    )


async def _frequent(
    reviewing: Reviewing, read_back: ReadBack, tales: Sequence[Tale], complaints: Mapping[str, str]
) -> Frequent | None:
    if not tales:
        return None
    view = await reviewing.view(persons_of(read_back)[complaints[tales[0].reference]])
    return Frequent(
        complaints=view["complaint_count"],
        merchants=len({tale.register.get("merchant") for tale in tales}),
        score=view["score"]["points"],
        threshold=view["score"]["threshold"],
        guards=tuple(view["score"]["guards"]),
        flags=len(view["flags"]),
    )


def _routed(read_back: ReadBack, tales: Sequence[Tale], complaints: Mapping[str, str]) -> list[Routed]:
    """Return where complaints went because of the flag, in the order they were registered."""
    routed = {
        event.complaint: Routed("", str(event.data["rule"]), str(event.data["desk"]))
        for event in read_back.named("escalation.routed")
        if str(event.data["rule"]).startswith("flag_")
    }
    in_order = sorted(tales, key=lambda tale: -tale.story.received_before)
    return [
        replace(routed[complaint], reference=tale.reference)
        for tale in in_order
        if (complaint := complaints[tale.reference]) in routed
    ]


def _watched(tales: Sequence[Tale], watch: str) -> list[Tale]:
    return [tale for tale in tales if tale.story.watch == watch]
