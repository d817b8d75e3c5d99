"""Who may not register is refused at the door, before anybody looks whether the register is known already."""

from __future__ import annotations

from typing import cast

import pytest

from contracts.register import Register
from eventlog.decider import Refused
from eventlog.log import EventLog
from eventlog.message import By
from services.intake.persons import Persons
from services.intake.registering import Registering
from tests.unit.intake.story import REVIEWER, TEN

REGISTER = Register.model_validate(
    {
        "source": "hotline",
        "channel": "phone",
        "reference": "C-1",
        "received_at": TEN,
        "complainant": {"phone": "+86 138 0013 8000"},
        "narrative": "The tap still drips.",
    }
)


@pytest.mark.parametrize("by", [REVIEWER, By(actor="op", roles=("operator",)), By(actor="none")])
async def test_role_that_takes_no_complaints_in_is_refused_before_log_and_persons_are_asked(by: By) -> None:
    door = Registering(
        log=cast("EventLog", None),
        persons=cast("Persons", None),
        installation_key=b"k" * 32,
        hash_key=b"h" * 32,
        phone_region="CN",
    )

    with pytest.raises(Refused) as refused:
        await door.register(REGISTER, by, TEN)

    assert refused.value.rule == "front_door_only"
