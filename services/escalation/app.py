"""The composition root of escalation: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from contracts import complaint as complaint_contract
from contracts import escalation as escalation_contract
from contracts import flag as flag_contract
from contracts import group as group_contract
from contracts import negotiation as negotiation_contract
from eventlog.aggregate import Aggregate, Catalogue
from eventlog.follower import Follower
from eventlog.projections import Projection
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from hosting.running import Parts, Running
from hosting.service import Service
from hosting.settings import ServiceSettings
from services.escalation import web
from services.escalation.candidates import Candidates
from services.escalation.domain.detection import facts_of, match
from services.escalation.domain.escalation.decide import escalation_decider
from services.escalation.domain.group.decide import group_decider
from services.escalation.domain.group.events import MemberLeft
from services.escalation.domain.policy import GroupPolicy
from services.escalation.handlers import group_stream_of
from services.escalation.outgoing import outgoing
from services.escalation.policy_files import load_escalation_policy, load_group_policy
from services.escalation.projections.escalation_list import escalation_list
from services.escalation.projections.group_list import group_list
from services.escalation.reactions import detect, on_timer, react
from services.escalation.settings import EscalationSettings
from services.escalation.subscribers import HEARD
from services.escalation.upcasters import UPCASTERS

NAME = "escalation"
GROUP_EVENTS = (
    "group.formed",
    "group.member_joined",
    "group.member_left",
    "group.role_changed",
    "group.stage_advanced",
    "group.statement_approved",
    "group.remedy_agreed",
)


def parts(settings: ServiceSettings) -> Parts:
    """Build escalation's parts. Raises what names a broken policy file."""
    groups = load_group_policy()
    escalation: Aggregate[Any, Any, Any] = Aggregate(
        escalation_decider(load_escalation_policy()), outgoing, UPCASTERS
    )
    group: Aggregate[Any, Any, Any] = Aggregate(group_decider(groups), outgoing, UPCASTERS)

    def reactions(running: Running) -> Sequence[Follower]:
        hash_key = settings.key("escalation-hash.key")
        return [_detecting(running, hash_key, groups), _noting(running)]

    def projections(running: Running) -> Sequence[Projection]:
        log = running.storage.log
        return [escalation_list(escalation, log), group_list(group, log)]

    return Parts(
        name=NAME,
        catalogue=Catalogue(escalation, group),
        topics={"escalation": escalation_contract.TOPIC, "group": group_contract.TOPIC},
        hears=(complaint_contract.TOPIC, negotiation_contract.TOPIC, flag_contract.TOPIC),
        heard=HEARD,
        on_timer=on_timer,
        reactions=reactions,
        projections=projections,
    )


def _detecting(running: Running, hash_key: bytes, policy: GroupPolicy) -> Follower:
    """Build the one detecting reaction: in position order, so that each complaint sees what the last led to."""
    candidates = Candidates(running.pool, running.log, hash_key, policy)

    async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        if isinstance(recorded.event, MemberLeft):
            await candidates.left(recorded.event)
            return ()
        candidate = facts_of(recorded.event)
        if candidate is None:
            return ()
        earlier = await candidates.earlier(candidate, recorded.position)
        if (found := match(candidate, earlier, policy)) is not None:
            await candidates.grouped(found, candidate, earlier, recorded.position)
        return detect(candidate, earlier, policy, at)

    return Reaction(
        "detection",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=("escalation.noted", "group.member_left"),
        in_order=True,
        observer=running.observer,
    )


def _noting(running: Running) -> Follower:
    """Build the reaction that tells each member's escalation what its group's events mean for it."""

    async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
        folded = await running.log.state(group_stream_of(recorded.key))
        return react(recorded, at, folded.state)

    return Reaction(
        "group_notes",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=GROUP_EVENTS,
        observer=running.observer,
    )


SERVICE = Service(
    parts=parts,
    routers=[web.router],
    refusals=files("services.escalation") / "policies" / "refusals.toml",
    migrations=files("services.escalation") / "sql" / "migrations",
    settings=EscalationSettings,
)
