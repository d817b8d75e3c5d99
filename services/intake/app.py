"""The composition root of intake: the only place that knows all its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from contracts import complaint as complaint_contract
from contracts import contact as contact_contract
from contracts import escalation as escalation_contract
from contracts import flag as flag_contract
from contracts import negotiation as negotiation_contract
from eventlog.aggregate import Aggregate, Catalogue
from eventlog.follower import Follower
from eventlog.inbound import Door
from eventlog.projections import Projection
from eventlog.reactions import FollowUp, Reaction
from eventlog.recorded import Recorded
from hosting.running import Parts, Running
from hosting.service import Service
from hosting.settings import ServiceSettings
from services.intake import web
from services.intake.classifying import steady_classifier
from services.intake.domain.complaint.decide import complaint_decider
from services.intake.domain.complaint.events import ComplaintRegistered
from services.intake.matters import Matters
from services.intake.outgoing import outgoing
from services.intake.persons import Persons
from services.intake.policy_files import load_complaint_policy, load_rules
from services.intake.projections.complaint_list import complaint_list
from services.intake.reactions import Context, on_timer, react
from services.intake.registering import Registering
from services.intake.settings import IntakeSettings
from services.intake.subscribers import HEARD, ContactDoor
from services.intake.upcasters import UPCASTERS

NAME = "intake"
HEARS = (
    escalation_contract.TOPIC,
    negotiation_contract.TOPIC,
    flag_contract.TOPIC,
    contact_contract.TOPIC,
)
REACTS_TO = ("complaint.registered", "complaint.noted", "complaint.return_visit_recorded")


def parts(settings: ServiceSettings) -> Parts:
    """Build intake's parts. Raises what names a broken policy file."""
    if not isinstance(settings, IntakeSettings):
        raise TypeError("intake has settings of its own")
    policy, classifier = load_complaint_policy(), steady_classifier(load_rules())
    aggregate: Aggregate[Any, Any, Any] = Aggregate(complaint_decider(policy), outgoing, UPCASTERS)

    def registering(running: Running) -> Registering:
        hash_key = settings.key("intake-hash.key")
        return Registering(
            log=running.log,
            persons=Persons(running.pool, running.keyring, hash_key),
            installation_key=settings.key("installation.key"),
            hash_key=hash_key,
            phone_region=settings.phone_region,
        )

    def reactions(running: Running) -> Sequence[Follower]:
        matters = Matters(running.pool, settings.key("intake-hash.key"))

        async def follow_up(recorded: Recorded[Any], at: datetime) -> Iterable[FollowUp]:
            registered = isinstance(recorded.event, ComplaintRegistered)
            earlier = tuple(await matters.earlier(recorded)) if registered else ()
            context = Context(classifier, lambda _event: earlier)
            return react(recorded, at, context)

        return [
            Reaction(
                "reactions",
                running.log,
                running.storage.followers,
                follow_up,
                listens_to=REACTS_TO,
                observer=running.observer,
            )
        ]

    def doors(running: Running) -> Mapping[str, Door]:
        return {contact_contract.TOPIC: ContactDoor(registering(running), running.clock)}

    def projections(running: Running) -> Sequence[Projection]:
        return [complaint_list(aggregate, running.storage.log)]

    return Parts(
        name=NAME,
        catalogue=Catalogue(aggregate),
        topics={"complaint": complaint_contract.TOPIC},
        hears=HEARS,
        heard=HEARD,
        on_timer=on_timer,
        reactions=reactions,
        projections=projections,
        doors=doors,
        door_parts=lambda running: {"registering": registering(running), "policy": policy},
        persons_ahead=settings.persons_ahead,
    )


SERVICE = Service(
    parts=parts,
    routers=[web.router],
    refusals=files("services.intake") / "policies" / "refusals.toml",
    migrations=files("services.intake") / "sql" / "migrations",
    settings=IntakeSettings,
)
