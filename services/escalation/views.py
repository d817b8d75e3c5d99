"""An escalation and a group as one reads them. Pure; no personal text ever stands here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.escalation.domain.escalation.state import Escalation
from services.escalation.domain.group.state import Group

MEMBERS_SHOWN = 200


def escalation_view(state: Escalation, now: datetime) -> dict[str, Any]:
    """Return where the complaint is proposed to go and why, its bypasses, moves, group and own clocks."""
    return {
        "complaint": state.complaint,
        "person": state.person,
        "progress": state.progress,
        "owner": state.owner,
        "label": state.label,
        "route": state.route,
        "missed": [
            {"clock": each.clock, "run": each.run} for each in sorted(state.missed, key=lambda m: m.run)
        ],
        "bypasses": state.bypasses,
        "bypasses_standing": len(state.standing_bypasses),
        "threatened": sorted(state.threatened),
        "account": state.account,
        "move": state.move,
        "referral": state.referral,
        "groups": state.groups,
        "settlement": state.settlement,
        "flags": state.flags,
        "clocks": [
            {"name": name, "due": due, "is_overdue": due <= now} for name, due in sorted(state.clocks.items())
        ],
    }


def group_view(state: Group) -> dict[str, Any]:
    """Return the group with its first members; a large one is read in full from its history."""
    members = [
        {"complaint": complaint, "person": member.person, "role": member.role}
        for complaint, member in state.each_member()
    ]
    return {
        "group": state.group,
        "initiator": state.initiator,
        "stage": state.stage,
        "causes": state.causes,
        "persons": state.persons.size,
        "member_count": state.members.size,
        "members": members[:MEMBERS_SHOWN],
        "statements": state.statements,
        "statement_sha256": state.statement_sha256,
        "remedy": state.remedy,
    }
