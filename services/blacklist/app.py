"""The composition root of blacklist: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any

from contracts import complaint as complaint_contract
from contracts import escalation as escalation_contract
from contracts import flag as flag_contract
from contracts import negotiation as negotiation_contract
from eventlog.aggregate import Aggregate, Catalogue
from eventlog.follower import Follower
from eventlog.log import EventLog
from eventlog.projections import Projection
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from hosting.running import Chore, Parts, Running
from hosting.service import Service
from hosting.settings import ServiceSettings
from services.blacklist import web
from services.blacklist.domain.flag.decide import flag_decider
from services.blacklist.domain.flag.events import FactNoted
from services.blacklist.domain.flag.facts import Registered
from services.blacklist.marks import PersonMarks
from services.blacklist.outgoing import outgoing
from services.blacklist.policy_files import load_flag_policy, load_wording
from services.blacklist.projections.flag_list import flag_list
from services.blacklist.reactions import compare, on_timer, share
from services.blacklist.screening import Screening, forget_audit
from services.blacklist.settings import BlacklistSettings
from services.blacklist.subscribers import HEARD
from services.blacklist.upcasters import UPCASTERS

NAME = "blacklist"
# So many events back a new text is held against earlier ones: a long history must not cost its square.
EVENTS_COMPARED_MAX = 2_000


def parts(settings: ServiceSettings) -> Parts:
    """Build blacklist's parts. Raises what names a broken policy file."""
    if not isinstance(settings, BlacklistSettings):
        raise TypeError("blacklist has settings of its own")
    policy = load_flag_policy()
    load_wording()
    flag: Aggregate[Any, Any, Any] = Aggregate(flag_decider(policy), outgoing, UPCASTERS)

    def marks(running: Running) -> PersonMarks:
        return PersonMarks(running.pool, settings.key("blacklist-hash.key"), settings.phone_region)

    def reactions(running: Running) -> Sequence[Follower]:
        return [_remembering(running, marks(running)), _comparing(running)]

    def door_parts(running: Running) -> Mapping[str, Any]:
        return {"policy": policy, "screening": Screening(running.log, running.pool, marks(running))}

    def chores(running: Running) -> Sequence[Chore]:
        kept = timedelta(days=settings.screening_audit_days)
        return [partial(forget_audit, running.pool, kept=kept)]

    def projections(running: Running) -> Sequence[Projection]:
        return [flag_list(flag, running.storage.log)]

    return Parts(
        name=NAME,
        catalogue=Catalogue(flag),
        topics={"flag": flag_contract.TOPIC},
        hears=(complaint_contract.TOPIC, escalation_contract.TOPIC, negotiation_contract.TOPIC),
        heard=HEARD,
        on_timer=on_timer,
        reactions=reactions,
        projections=projections,
        door_parts=door_parts,
        chores=chores,
    )


def _remembering(running: Running, marks: PersonMarks) -> Follower:
    """Build the follower that fills the screening index, and notes what a registration shares with others.

    One follower for both: it has remembered every earlier registration when it looks.
    """

    async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        await marks.remember(recorded.event)
        return share(recorded, await marks.shared_by(recorded.event), at)

    return Reaction(
        "marks",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=(FactNoted.TYPE,),
        observer=running.observer,
    )


def _comparing(running: Running) -> Follower:
    """Build the reaction that holds each new text against the same person's earlier ones."""

    async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        if not isinstance(recorded.event.fact, Registered):
            return ()
        return compare(recorded, await _earlier(running.log, recorded), at)

    return Reaction(
        "comparing",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=(FactNoted.TYPE,),
        observer=running.observer,
    )


async def _earlier(log: EventLog, recorded: Recorded[Any]) -> list[FactNoted]:
    """Return what was noted of the person before, opened: only there are the sketches."""
    if recorded.version == 1:
        # Most persons complain once: nothing is read for them.
        return []
    after = max(0, recorded.version - EVENTS_COMPARED_MAX)
    rows = (await log.store.load({recorded.stream: after}))[recorded.stream]
    notes = [row for row in rows if row.type == FactNoted.TYPE and row.version < recorded.version]
    return [each.event for each in await log.opened(notes)]


SERVICE = Service(
    parts=parts,
    routers=[web.router],
    refusals=files("services.blacklist") / "policies" / "refusals.toml",
    migrations=files("services.blacklist") / "sql" / "migrations",
    settings=BlacklistSettings,
)
