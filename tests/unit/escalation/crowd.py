"""A crowd at one place with one cause, for the tests of groups and of their detection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eventlog.message import By
from eventlog.testing import Scenario
from services.escalation.domain.detection import Facts
from services.escalation.domain.escalation.facts import Attributes
from services.escalation.domain.group import commands
from services.escalation.domain.group.commands import Founder
from services.escalation.domain.group.decide import group_decider
from services.escalation.domain.group.terms import Reasons
from services.escalation.policy_files import load_group_policy
from services.escalation.reactions import ESCALATION
from shared_kernel.money import money
from shared_kernel.sketches import sketch

GROUP = "018f0000-0000-8000-8000-0000000000c1"
KEEPER = "018f0000-0000-8000-8000-0000000000f1"
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)

ANNA = By(actor="anna", roles=("agent",), desk="front")
EVE = By(actor="eve", roles=("lead",), desk="groups")
MARA = By(actor="mara", roles=("manager",), desk="groups")

POLICY = load_group_policy()
DECIDER = group_decider(POLICY)
given = Scenario(DECIDER).given


def complaint_of(number: int) -> str:
    return f"018f0000-0000-8000-8000-{number:012d}"


def person_of(number: int) -> str:
    return f"018f0000-0000-8000-9000-{number:012d}"


def later(**lapse: float) -> datetime:
    return NOON + timedelta(**lapse)


def founder(number: int, person: int | None = None) -> Founder:
    return Founder(
        complaint=complaint_of(number),
        person=person_of(number if person is None else person),
        reasons=Reasons(shared=("product", "site"), causes=("water_leak",)),
    )


def joining(number: int, person: int | None = None) -> commands.JoinGroup:
    one = founder(number, person)
    return commands.JoinGroup(
        at=later(hours=number), by=ESCALATION, complaint=one.complaint, person=one.person, reasons=one.reasons
    )


def facts(number: int, person: int | None = None, **changes: Any) -> Facts:
    usual: dict[str, Any] = {
        "complaint": complaint_of(number),
        "person": person_of(number if person is None else person),
        "received_at": later(hours=number),
        "cause_words": frozenset({"water_leak"}),
        "attributes": Attributes(
            product="Tap T1", site="Lake Court", features=sketch("the new tap leaks all night")
        ),
    }
    return Facts(**{**usual, **changes})


FORM = commands.FormGroup(
    at=NOON, by=ESCALATION, group=GROUP, founders=(founder(1), founder(2), founder(3)), causes=("water_leak",)
)
REMOVE = commands.RemoveMember(at=later(days=1), by=EVE, complaint=complaint_of(2), reason="another fault")
CHANGE_ROLE = commands.ChangeRole(at=later(days=1), by=EVE, complaint=complaint_of(2), role="representative")
APPROVE = commands.ApproveStatement(
    at=later(days=1), by=MARA, keeper=KEEPER, text="We replace every tap of this batch"
)
AGREE = commands.AgreeRemedy(
    at=later(days=1),
    by=MARA,
    keeper=KEEPER,
    kind="compensation",
    money=money("120.00", "CNY"),
    terms="per tap replaced",
)

formed = given().having(FORM)
