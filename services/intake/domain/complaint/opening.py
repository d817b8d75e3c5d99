"""Registering, classifying, correcting and noting: how a complaint comes to be known."""

from __future__ import annotations

from datetime import timedelta

from eventlog.decider import Refused
from eventlog.ids import place_of
from services.intake.domain.complaint import authority, promises
from services.intake.domain.complaint.commands import (
    Classify,
    CorrectClassification,
    NoteFact,
    RegisterComplaint,
)
from services.intake.domain.complaint.events import (
    AnyComplaintEvent,
    ClassificationCorrected,
    ComplaintClassified,
    ComplaintRegistered,
    FactNoted,
    ReplyPromised,
)
from services.intake.domain.complaint.evolve import evolve
from services.intake.domain.complaint.policy import ComplaintPolicy
from services.intake.domain.complaint.stages import about, require_assessed, require_registered
from services.intake.domain.complaint.state import (
    Case,
    NotRegistered,
    Received,
    State,
    further,
)
from services.intake.domain.complaint.values import FIRST_REPLY, Owner
from services.intake.domain.grading import Circumstances

# Clocks of platforms differ a little from ours; a complaint from further ahead has a wrong time.
AHEAD_MAX = timedelta(minutes=5)


def register(policy: ComplaintPolicy, state: State, command: RegisterComplaint) -> list[AnyComplaintEvent]:
    """Take it in, once: the same reference again is already so, with other content it is refused."""
    authority.require_front_door(command.by)
    if not isinstance(state, NotRegistered):
        if state.case.content_hash != command.content_hash:
            raise Refused("reference_conflict", "the reference is taken by a complaint with other content")
        return []
    if not command.narrative.strip():
        raise Refused("narrative_missing")
    if not (command.complainant.is_reachable or _speaks_for(command)):
        raise Refused("customer_unreachable", "neither the complainant nor a representative can be reached")
    if command.received_at > command.at + AHEAD_MAX:
        raise Refused("received_in_future", f"more than {AHEAD_MAX.seconds // 60} minutes ahead")
    return [_registered(command, first_owner(policy, command))]


def first_owner(policy: ComplaintPolicy, command: RegisterComplaint) -> Owner:
    """Return the first-contact owner: the recorder, else the source's front desk (`events.md`)."""
    front = policy.front_desks.of(command.source)
    if command.recorder is None or command.recorder != command.by.actor:
        return Owner(command.recorder, front.desk, front.level)
    level = authority.level_name(command.by, otherwise=front.level)
    return Owner(command.recorder, command.by.desk or front.desk, level)


def classify(policy: ComplaintPolicy, state: State, command: Classify) -> list[AnyComplaintEvent]:
    """Adopt the classifier's labels, grade them and promise a reply time; only the first time."""
    authority.require_system(command.by)
    found = require_registered(state)
    if not isinstance(found, Received):
        return []
    case, labels = found.case, command.labels
    grading = policy.grades.grade(
        Circumstances(
            timing=labels.timing.value,
            severity=labels.severity.value,
            threatened=bool(labels.threats),
            bypass=further(labels.bypass.stage, case.bypass_noted),
            group_stage=case.group_stage,
            tier=case.tier,
        )
    )
    classified = ComplaintClassified(**about(case, command), labels=labels, grading=grading)
    return [classified, *_promised(policy, case, classified, command)]


def correct(policy: ComplaintPolicy, state: State, command: CorrectClassification) -> list[AnyComplaintEvent]:
    """Set labels right; what changes by it is graded anew. Confirming a doubtful classification is news, too."""
    authority.require_staff(command.by)
    found = require_assessed(state)
    corrected = ClassificationCorrected(
        **about(found.case, command), correction=command.correction, reason=command.reason
    )
    if evolve(found, corrected) == found:
        return []
    return promises.and_regraded(policy, found, [corrected], command)


def note(policy: ComplaintPolicy, state: State, command: NoteFact) -> list[AnyComplaintEvent]:
    """Note what a topic said, once per event of it; grade anew where it matters. Closed cases note too."""
    authority.require_system(command.by)
    found = require_registered(state)
    stream, version = place_of(command.cause)
    if not stream or not version:
        raise Refused("cause_unreadable", "must be an event id: stream@version")
    if version <= dict(found.case.heard).get(stream, 0):
        return []
    noted = FactNoted(**about(found.case, command), cause=command.cause, fact=command.fact)
    return promises.and_regraded(policy, found, [noted], command)


def _registered(command: RegisterComplaint, owner: Owner) -> ComplaintRegistered:
    return ComplaintRegistered(
        at=command.at,
        by=command.by,
        complaint=command.complaint,
        person=command.person,
        source=command.source,
        channel=command.channel,
        reference=command.reference,
        received_at=command.received_at,
        content_hash=command.content_hash,
        imported=command.imported,
        recorder=command.recorder,
        owner=owner,
        tier=command.tier,
        purchases_12m=command.purchases_12m,
        product=command.product,
        merchant=command.merchant,
        site=command.site,
        region=command.region,
        service=command.service,
        jurisdiction=command.jurisdiction,
        time_zone=command.time_zone,
        attachments=command.attachments,
        representative_person=command.representative_person or command.person,
        third_party_person=command.third_party_person or command.person,
        complainant=command.complainant,
        representative=command.representative,
        third_party=command.third_party,
        narrative=command.narrative,
        asks_for=command.asks_for,
    )


def _speaks_for(command: RegisterComplaint) -> bool:
    return command.representative is not None and command.representative.is_reachable


def _promised(
    policy: ComplaintPolicy, case: Case, classified: ComplaintClassified, command: Classify
) -> list[ReplyPromised]:
    grade = classified.grading.grade
    clocks = promises.opening_clocks(policy, case, grade, classified.labels.timing.value)
    # Imported history was promised nothing.
    replies = [clock.due for clock in clocks if clock.name == FIRST_REPLY]
    return [ReplyPromised(**about(case, command), reply_by=due, clocks=clocks) for due in replies]
