"""One negotiation told step by step: its moves, what was refused on the way, the signed paper and its evidence.

Whoever gets the bundle needs none of our services to check it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operate.demo.cast import REFERRER
from operate.demo.doors import Doors
from operate.demo.playing import Attempt
from operate.demo.reading import ReadBack
from operate.demo.telling import TEXTS, Step, step_of
from operate.evidence.bundle import Checked, check_file

SETTLEMENTS: Final = "settlements"
_SERVICE: Final = "compensation"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A negotiation that was told: its steps, the signed PDF, the bundle, and what `amends evidence check` says of it."""

    complaint: str
    reference: str
    steps: tuple[Step, ...]
    pdf: Path
    bundle: Path
    checked: Checked

    @property
    def holds(self) -> bool:
        """Whether every part of the bundle holds."""
        return self.checked.is_whole


async def agreement_of(
    doors: Doors, told: tuple[str, str], attempts: Sequence[Attempt], folder: Path
) -> Agreement:
    """Tell the negotiation of a complaint (its id and reference) that was settled. Raises OperateError."""
    complaint, reference = told
    path = f"/v1/negotiations/{complaint}"
    events = (await doors.get(REFERRER, _SERVICE, f"{path}/history"))["events"]
    tried = [each for each in attempts if each.complaint == complaint]
    pdf, bundle = folder / f"{reference}.pdf", folder / f"{reference}.zip"
    signed = await doors.get_file(REFERRER, _SERVICE, f"{path}/document")
    evidence = await doors.get_file(REFERRER, _SERVICE, f"{path}/bundle")
    await asyncio.to_thread(_keep, {pdf: signed, bundle: evidence})
    checked = await asyncio.to_thread(check_file, evidence, bundle.name)
    return Agreement(complaint, reference, tuple(_steps(events, tried)), pdf, bundle, checked)


def told_complaint(read_back: ReadBack, complaints: Mapping[str, str], preferred: str | None) -> str | None:
    """Return the reference of the negotiation to be told: of those settled, the one written for it, else the first."""
    references = {complaint: reference for reference, complaint in complaints.items()}
    settled = [
        references[event.complaint]
        for event in read_back.named("negotiation.settled")
        if event.complaint in references
    ]
    return preferred if preferred in settled else next(iter(settled), None)


def _steps(events: Sequence[Mapping[str, Any]], attempts: Sequence[Attempt]) -> Iterator[Step]:
    for number, event in enumerate(events, start=1):
        if event["type"] in TEXTS:
            yield step_of(event)
        yield from (_tried(each) for each in attempts if each.after == number)


def _tried(attempt: Attempt) -> Step:
    texts = TEXTS[f"attempt {attempt.expected}"]
    return Step(attempt.at, attempt.actor, texts["en"], texts["zh"], refused_by=attempt.rule or "nobody")


def _keep(files: Mapping[Path, bytes]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
