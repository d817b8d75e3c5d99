from __future__ import annotations

from tests.system.complaints import ONGOING_ZH, PAST_EN, closed_well, complaint, offered, registered, standing, step, types
from tests.system.installation import LiveInstallation
from tests.system.people import AGENT, CARE_SENIOR, URGENT_LEAD, People
from tests.system.judging import promises_hold
import time

async def test_a(installation: LiveInstallation, people: People) -> None:
    one = await registered(people, complaint(ONGOING_ZH))
    await offered(people, one, "urgent")
    await step(people, AGENT, one, "acknowledgement")
    await step(people, URGENT_LEAD, one, "handover/acceptance")
    await step(people, URGENT_LEAD, one, "harm-stopped", how="来水了")
    await step(people, URGENT_LEAD, one, "replies", text="已修")
    await closed_well(people, one, URGENT_LEAD)
    t=time.monotonic()
    await promises_hold(installation, [one])
    print("judged", time.monotonic()-t)
    assert 0
