"""What the world may hear of a complaint's event: the contract's own fields and nothing else. Pure.

The contract names the fields and they are read off the event by name, so what a contract does not name
cannot leak; the sealed block is added by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts import complaint as contract
from contracts.message import ComplaintMessage
from services.intake.domain.complaint import events

PUBLIC: Final[Mapping[type[events.AnyComplaintEvent], type[ComplaintMessage]]] = {
    events.ComplaintRegistered: contract.ComplaintRegistered,
    events.ComplaintClassified: contract.ComplaintClassified,
    events.ReplyPromised: contract.ReplyPromised,
    events.ClassificationCorrected: contract.ClassificationCorrected,
    events.ComplaintRegraded: contract.ComplaintRegraded,
    events.ComplaintAcknowledged: contract.ComplaintAcknowledged,
    events.HandoverOffered: contract.HandoverOffered,
    events.HandoverDeclined: contract.HandoverDeclined,
    events.OwnerChanged: contract.OwnerChanged,
    events.Replied: contract.Replied,
    events.HarmStopped: contract.HarmStopped,
    events.ComplaintLinked: contract.ComplaintLinked,
    events.ComplaintUnlinked: contract.ComplaintUnlinked,
    events.ComplaintAnswered: contract.ComplaintAnswered,
    events.ReturnVisitRecorded: contract.ReturnVisitRecorded,
    events.ComplaintReopened: contract.ComplaintReopened,
    events.DeadlineMissed: contract.DeadlineMissed,
    events.ComplaintClosed: contract.ComplaintClosed,
}


def outgoing(_stream: str, event: events.AnyComplaintEvent) -> ComplaintMessage | None:
    """Return the public message of an event, None for one that is private (`noted`)."""
    message = PUBLIC.get(type(event))
    return None if message is None else message.model_validate(event, from_attributes=True)
