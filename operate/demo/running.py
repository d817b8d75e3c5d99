"""One run of the demo, from an empty installation to the totals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from operate.demo import dealings, measures
from operate.demo.agreeing import SETTLEMENTS, Agreement, agreement_of, told_complaint
from operate.demo.books import Books, Check
from operate.demo.cast import OPERATOR_PLAYER, REFERRER, Tokens
from operate.demo.doors import Doors, open_doors
from operate.demo.feeding import Fed, Feeding, feeding_of
from operate.demo.ground import Ground
from operate.demo.hands import Folders, Hands
from operate.demo.living import Days, Living, Players
from operate.demo.playing import Played, Playing
from operate.demo.reading import ReadBack, read_back
from operate.demo.reckoning import reckon
from operate.demo.reviewing import Reviewing
from operate.demo.tales import Tale, over_kafka
from operate.demo.telling import Telling, chosen_to_tell, tell
from operate.demo.timeline import Timeline, timeline_of
from operate.demo.watching import Watched, watched_of
from operate.stack.installation import Installation
from operate.stack.progress import Watcher
from operate.stack.services import SERVICES

OVER_KAFKA: Final = 60
_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything the demo has to say."""

    days: Days
    fed: Fed
    played: Played
    read_back: ReadBack
    lives: Mapping[str, measures.Life]
    open_ones: Sequence[Mapping[str, Any]]
    bypass_share: Mapping[str, Any]
    telling: Telling
    ends: Mapping[str, str]
    sums: dealings.Sums
    agreement: Agreement | None
    watched: Watched
    checks: Sequence[Check]

    @property
    def reconciles(self) -> bool:
        """Whether every check holds."""
        return all(check.holds for check in self.checks)


async def run(ground: Ground, tales: Sequence[Tale], watcher: Watcher) -> Outcome:
    """Live through all of it, then add it up. Raises OperateError when it cannot be brought to an end."""
    installation = ground.installation
    tokens = Tokens(installation.private_token_key)
    async with (
        open_doors(ground.addresses, tokens) as doors,
        feeding_of(doors, installation.engines.access, installation.topic_prefix) as feeding,
        timeline_of(installation, doors) as timeline,
    ):
        hands = Hands(doors, _folders(installation))
        players = Players(Playing(doors, hands), Reviewing(doors))
        living = Living(tales, feeding, players, timeline)
        days = await living.live(over_kafka(tales, OVER_KAFKA), watcher)
        watcher.step("Adding up: the logs, the topics, the lists 核对总数")
        return await _added_up(ground, tales, days, _Parts(doors, feeding, players, hands, timeline))


@dataclass(frozen=True, slots=True)
class _Parts:
    doors: Doors
    feeding: Feeding
    players: Players
    hands: Hands
    timeline: Timeline


def _folders(installation: Installation) -> Folders:
    """Return where the services of this installation put letters and payment orders."""
    names = {setting: name for service in SERVICES for setting, name in service.folders}
    return Folders(
        mail=installation.folder / names["AMENDS_MAIL_FOLDER"],
        payments=installation.folder / names["AMENDS_PAYMENT_FOLDER"],
    )


async def _added_up(ground: Ground, tales: Sequence[Tale], days: Days, parts: _Parts) -> Outcome:
    installation, doors, fed = ground.installation, parts.doors, parts.feeding.fed
    playing, reviewing = parts.players.playing, parts.players.reviewing
    topics = await read_back(installation.engines.access, installation.topic_prefix)
    complaints = [tale for tale in tales if tale.is_a_complaint]
    watched = await watched_of(reviewing, topics, complaints, fed.complaints)
    agreement = await _agreement(ground, parts, topics, complaints)
    open_ones = await _open_ones(doors)
    books = Books(
        fed=fed,
        tales={tale.reference: tale for tale in complaints},
        counts=(await doors.get(REFERRER, "intake", "/v1/complaints/counts"))["counts"],
        open_ones=open_ones,
        read_back=topics,
        public_events=await parts.timeline.public_events(),
        chains=await _operations(doors, "chain"),
        dead_letters={
            name: each["dead_letters"] for name, each in (await _operations(doors, "dead-letters")).items()
        },
        figures=await _operations(doors, "figures"),
        orders=await asyncio.to_thread(parts.hands.orders),
        attempts=playing.played.attempts,
        judged=reviewing.reviewed.flags,
        bundle_holds=agreement.holds if agreement else None,
        surprises=playing.played.surprises,
    )
    return Outcome(
        days=days,
        fed=fed,
        played=playing.played,
        read_back=topics,
        lives=measures.lives_of(topics),
        open_ones=open_ones,
        bypass_share=await doors.get(REFERRER, "escalation", "/v1/escalations/bypass-share"),
        telling=await tell(doors, chosen_to_tell(topics, fed.complaints)),
        ends=dealings.ends_of(topics),
        sums=dealings.sums_of(topics),
        agreement=agreement,
        watched=watched,
        checks=reckon(books),
    )


async def _agreement(
    ground: Ground, parts: _Parts, topics: ReadBack, tales: Sequence[Tale]
) -> Agreement | None:
    complaints = parts.feeding.fed.complaints
    preferred = next((tale.reference for tale in tales if tale.story.bargain == "told"), None)
    reference = told_complaint(topics, complaints, preferred)
    if reference is None:
        return None
    attempts = parts.players.playing.played.attempts
    folder = ground.folder / SETTLEMENTS
    return await agreement_of(parts.doors, (complaints[reference], reference), attempts, folder)


async def _open_ones(doors: Doors) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    path = "/v1/complaints?open_only=true"
    while True:
        page = (await doors.get(REFERRER, "intake", path))["complaints"]
        rows += page
        if len(page) < _PAGE:
            return rows
        path = f"/v1/complaints?open_only=true&after={page[-1]['complaint']}"


async def _operations(doors: Doors, what: str) -> dict[str, Mapping[str, Any]]:
    names = list(doors.addresses)
    asked = (doors.get(OPERATOR_PLAYER, name, f"/v1/operations/{what}") for name in names)
    return dict(zip(names, await asyncio.gather(*asked), strict=True))
