"""What the world may hear of an escalation's or a group's event: the contract's own fields. Pure.

The contract names the fields and they are read off the event by name, so what a contract does not name
cannot leak; the sealed block is added by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts import escalation as escalation_contract
from contracts import group as group_contract
from contracts.message import Message
from eventlog.message import Event
from services.escalation.domain.escalation import events as escalation
from services.escalation.domain.group import events as group

PUBLIC: Final[Mapping[type[Event], type[Message]]] = {
    escalation.Routed: escalation_contract.Routed,
    escalation.Shelved: escalation_contract.Shelved,
    escalation.Resumed: escalation_contract.Resumed,
    escalation.HandlerChanged: escalation_contract.HandlerChanged,
    escalation.LineHeld: escalation_contract.LineHeld,
    escalation.Conceded: escalation_contract.Conceded,
    escalation.BypassThreatened: escalation_contract.BypassThreatened,
    escalation.BypassRecorded: escalation_contract.BypassRecorded,
    escalation.AccountRequested: escalation_contract.AccountRequested,
    escalation.AccountFrozen: escalation_contract.AccountFrozen,
    escalation.BypassSentBack: escalation_contract.BypassSentBack,
    escalation.BypassRepeated: escalation_contract.BypassRepeated,
    escalation.Referred: escalation_contract.Referred,
    escalation.ReferralReturned: escalation_contract.ReferralReturned,
    escalation.GroupNoted: escalation_contract.GroupNoted,
    group.GroupFormed: group_contract.GroupFormed,
    group.MemberJoined: group_contract.MemberJoined,
    group.MemberLeft: group_contract.MemberLeft,
    group.RoleChanged: group_contract.RoleChanged,
    group.StageAdvanced: group_contract.StageAdvanced,
    group.StatementApproved: group_contract.StatementApproved,
    group.RemedyAgreed: group_contract.RemedyAgreed,
}


def outgoing(_stream: str, event: escalation.AnyEscalationEvent | group.AnyGroupEvent) -> Message | None:
    """Return the public message of an event, None for one that is private (`noted`)."""
    message = PUBLIC.get(type(event))
    return None if message is None else message.model_validate(event, from_attributes=True)
