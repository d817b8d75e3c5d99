"""The composition root of compensation: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from contracts import complaint as complaint_contract
from contracts import escalation as escalation_contract
from contracts import negotiation as negotiation_contract
from eventlog.aggregate import Aggregate, Catalogue
from eventlog.follower import Follower
from eventlog.projections import Projection
from eventlog.reactions import React, Reaction
from hosting.running import Chore, Parts, Running
from hosting.service import Service
from hosting.settings import ServiceSettings
from services.compensation import customer_web, evidence_web, offers_web, payments_web, sign_page, web
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.evidence import Evidence, signer_of
from services.compensation.outgoing import outgoing
from services.compensation.policy_files import load_negotiation_policy
from services.compensation.projections.given_sums import given_sums
from services.compensation.projections.negotiation_list import negotiation_list
from services.compensation.reactions import on_timer
from services.compensation.sessions import Sessions
from services.compensation.settings import CompensationSettings
from services.compensation.settled_matters import settled_matters
from services.compensation.settlement.aside import Aside
from services.compensation.settlement.settling import LISTENS_TO
from services.compensation.subscribers import HEARD
from services.compensation.upcasters import UPCASTERS

NAME = "compensation"


def parts(settings: ServiceSettings) -> Parts:
    """Build compensation's parts. Raises what names a broken policy file, and SettingsBroken."""
    if not isinstance(settings, CompensationSettings):
        raise TypeError("compensation has settings of its own")
    policy, signer = load_negotiation_policy(), signer_of(settings)
    aggregate: Aggregate[Any, Any, Any] = Aggregate(negotiation_decider(policy), outgoing, UPCASTERS)

    def evidence(running: Running) -> Evidence:
        return Evidence(running.log, running.pool, settings, signer, terms=policy.terms)

    def reactions(running: Running) -> Sequence[Follower]:
        return [_settling(running, _aside(running, evidence(running)).follow_up), settled_matters(running)]

    def door_parts(running: Running) -> Mapping[str, Any]:
        found = evidence(running)
        return {
            "vault": found.vault,
            "consents": found.consents,
            "inviting": found.inviting,
            "sessions": Sessions(settings.key("customer-token.key")),
        }

    def chores(running: Running) -> Sequence[Chore]:
        return _chores(running, evidence(running))

    def projections(running: Running) -> Sequence[Projection]:
        log = running.storage.log
        return [negotiation_list(aggregate, log), given_sums(aggregate, log)]

    return Parts(
        name=NAME,
        catalogue=Catalogue(aggregate),
        topics={"negotiation": negotiation_contract.TOPIC},
        hears=(complaint_contract.TOPIC, escalation_contract.TOPIC),
        heard=HEARD,
        on_timer=on_timer,
        reactions=reactions,
        projections=projections,
        door_parts=door_parts,
        chores=chores,
    )


def _chores(running: Running, found: Evidence) -> Sequence[Chore]:
    aside, reaction = _aside(running, found), _settling(running, found.settling.follow_up)

    async def require_key(_now: datetime) -> None:
        if not await found.vault.has_its_key():
            # What would be kept under this one, nobody could open once the right one is back.
            running.life.declare_dead("vault", "vault.key opens nothing of what the vault has")

    async def try_again(_now: datetime) -> None:
        if running.leader.epoch is None:
            # Of two instances that show the number, one would show what it was when it last led.
            running.observer.gauge("events_set_aside", 0)
        else:
            await aside.try_again(reaction)

    return [require_key, found.consents.sweep, try_again]


def _aside(running: Running, evidence: Evidence) -> Aside:
    return Aside(running.log, running.pool, evidence.settling, running.observer)


def _settling(running: Running, follow_up: React) -> Reaction:
    """Build the reaction that does outside what an agreement calls for, and tells the log."""
    return Reaction(
        "settling",
        running.log,
        running.storage.followers,
        follow_up,
        listens_to=LISTENS_TO,
        observer=running.observer,
    )


SERVICE = Service(
    parts=parts,
    routers=[
        web.router,
        offers_web.router,
        evidence_web.router,
        payments_web.router,
        customer_web.router,
        sign_page.router,
    ],
    refusals=files("services.compensation") / "policies" / "refusals.toml",
    migrations=files("services.compensation") / "sql" / "migrations",
    settings=CompensationSettings,
    files=["/v1/negotiations/{complaint}/evidence"],
)
