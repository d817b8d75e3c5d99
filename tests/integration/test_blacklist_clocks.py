"""A flag ends by itself, and an appeal that nobody decides in time is right; once each, also over a kill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from operate.stack.local import Engines
from tests.integration.test_blacklist_flow import (
    REVIEWER,
    flag_events,
    flags_of,
    judged,
    phone,
    screened,
)
from tests.integration.test_blacklist_http import confirmed, proposed
from tests.system.complaints import complaint
from tests.system.installation import LiveInstallation, live_installation, until
from tests.system.judging import domain_time, promises_hold
from tests.system.people import AGENT, CARE_SENIOR, People

DAY: Final = 24 * 3600.0


@pytest.fixture(scope="module")
def installation(engines: Engines) -> Iterator[LiveInstallation]:
    with live_installation(engines, allow_clock_offset=True) as live:
        yield live


async def ended(people: People, person: str, state: str) -> dict[str, Any]:
    """Wait until the person's only flag has ended like this."""

    async def so() -> dict[str, Any] | None:
        (flag,) = (await flags_of(people, person))["flags"]
        found: dict[str, Any] = flag
        return found if found["state"] == state else None

    return await until(so, f"the flag of {person} is {state}")


async def told(people: People, person: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in await flag_events(people, person) if event["type"] == f"flag.{kind}"]


async def overdue(people: People) -> set[str]:
    """The persons a reviewer is shown as due, once the list has every event there is."""
    head = (await people.installation.rows("blacklist", "SELECT max(position) FROM eventlog.events"))[0][0]
    query = f"/v1/flags?overdue=true&min_position={head}"
    return {each["person"] for each in (await people.get(REVIEWER, query, service="blacklist"))["flags"]}


async def is_overdue(people: People, person: str) -> bool:
    return person in await overdue(people)


async def open_complaint_of(people: People, person: str) -> str:
    (one,) = (await flags_of(people, person))["complaints"]
    return str(one["complaint"])


async def test_proposal_nobody_confirms_is_gone_after_its_time(people: People) -> None:
    person = await proposed(people)
    one = await open_complaint_of(people, person)
    await people.installation.jump(31 * DAY)
    await ended(people, person, "expired")
    last = await screened(people, person, one, [])

    assert len(await told(people, person, "expired")) == 1
    assert last["flags"] == []


async def test_appeal_nobody_decides_is_right_once_also_over_a_kill(people: People) -> None:
    person = await confirmed(people)
    await judged(people, CARE_SENIOR, person, "1/appeal", words="This is a mistake.")
    blacklist = people.installation.only("blacklist")
    blacklist.kill()
    await people.installation.jump(31 * DAY)
    blacklist.start()
    blacklist.wait_ready()
    await ended(people, person, "overturned")

    (overturned,) = await told(people, person, "overturned")
    assert overturned["by"]["actor"] == "blacklist"


async def test_flag_that_is_reviewed_still_ends_when_it_was_to_end(people: People) -> None:
    person = await confirmed(people)
    (flag,) = (await flags_of(people, person))["flags"]
    before = await overdue(people)
    await people.installation.jump(360 * DAY)
    # A service sees that the installation's time was moved a moment later.
    await until(lambda: is_overdue(people, person), "the review is shown as due")
    await judged(people, REVIEWER, person, "1/review", reason="Still so.", review_due=flag["expires_at"])
    (reviewed,) = (await flags_of(people, person))["flags"]
    after = await overdue(people)
    await people.installation.jump(6 * DAY)
    await ended(people, person, "expired")

    assert reviewed["expires_at"] == flag["expires_at"]
    assert reviewed["is_overdue"] is False
    assert not {person} & (before | after)


async def test_complaint_of_today_is_taken_in_after_all_of_this(people: People) -> None:
    now = (await domain_time(people.installation)).isoformat()
    body = complaint("Please call me back.", received_at=now, complainant={"phone": phone()})

    assert (await people.post(AGENT, "/v1/complaints", body))["complaint"]


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
