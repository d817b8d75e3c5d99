"""A person's moves on an escalation (cold handling, referral), and what intake notes of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.system.complaints import PAST_EN, complaint, heard, offered, registered, standing, told, view
from tests.system.installation import LiveInstallation, until
from tests.system.judging import domain_time, promises_hold
from tests.system.people import AGENT, CARE_MANAGER, CARE_SENIOR, OTHER_CARE_SENIOR, People, Who
from tests.system.test_bypass import move

LATER = "2099-01-01T00:00:00Z"
CARE_LEAD = Who("lead-3", ("lead",), "care")


async def soon(people: People) -> str:
    """Return a day from now by the installation's time."""
    return ((await domain_time(people.installation)) + timedelta(days=1)).isoformat()


async def routed(people: People) -> str:
    one = await registered(people, complaint(PAST_EN, recorder=AGENT.actor))
    await offered(people, one, "care")
    return one


async def noted_by_intake(people: People, one: str, **wanted: Any) -> dict[str, Any]:
    """Wait until intake has noted a fact from escalation, and return it."""

    async def so() -> dict[str, Any] | None:
        facts = [data["fact"] for data in await told(people, one, "noted")]
        return next((fact for fact in facts if wanted.items() <= fact.items()), None)

    return await until(so, f"intake has noted {wanted} of {one}")


async def test_shelved_and_resumed_are_noted_and_stop_no_clock(people: People) -> None:
    one = await routed(people)
    before = (await view(people, one))["clocks"]
    until_when = await soon(people)
    said = [
        await move(
            people, CARE_SENIOR, one, "shelving", until=until_when, reason="Waits for the laboratory."
        ),
        await move(
            people, CARE_SENIOR, one, "shelving", until=until_when, reason="Waits for the laboratory."
        ),
    ]
    await noted_by_intake(people, one, kind="moved", move="shelved")
    said.append(await move(people, CARE_SENIOR, one, "resumption", reason="The laboratory has answered."))
    await noted_by_intake(people, one, kind="moved", move="resumed")
    after = (await view(people, one))["clocks"]

    assert said == [["shelved"], [], ["resumed"]]
    assert [(clock["name"], clock["due"], clock["status"]) for clock in after] == [
        (clock["name"], clock["due"], clock["status"]) for clock in before
    ]


async def test_another_handler_is_offered_by_name(people: People) -> None:
    one = await routed(people)
    said = await move(
        people,
        CARE_LEAD,
        one,
        "handler-change",
        handler=OTHER_CARE_SENIOR.actor,
        until=await soon(people),
        reason="They do not get on.",
    )
    offer = await standing_offer(people, one, OTHER_CARE_SENIOR.actor)
    await people.post(OTHER_CARE_SENIOR, f"/v1/complaints/{one}/handover/acceptance")
    shown = await until(lambda: _without_move(people, one), "the move ends when the handler has taken over")

    assert said == ["handler_changed", "routed"]
    assert offer["desk"] == "care"
    assert shown["owner"] == OTHER_CARE_SENIOR.actor


async def standing_offer(people: People, one: str, handler: str) -> dict[str, Any]:
    async def so() -> dict[str, Any] | None:
        offer: dict[str, Any] | None = (await view(people, one))["offered"]
        return offer if offer and offer["handler"] == handler else None

    return await until(so, f"{one} is offered to {handler}")


async def _without_move(people: People, one: str) -> dict[str, Any] | None:
    shown = await people.get(CARE_SENIOR, f"/v1/escalations/{one}")
    return shown if shown["move"] is None else None


@pytest.mark.parametrize(
    ("path", "event", "clock"),
    [("held-line", "line_held", "hold_line"), ("concession", "conceded", "concede")],
)
async def test_held_line_and_concession_have_a_reason_and_an_end(
    people: People, path: str, event: str, clock: str
) -> None:
    one = await routed(people)
    said = await move(
        people, CARE_SENIOR, one, path, until=await soon(people), reason="The contract is clear."
    )
    fact = await noted_by_intake(people, one, kind="moved", move=event)
    shown = await people.get(CARE_SENIOR, f"/v1/escalations/{one}")

    assert said == [event]
    assert fact["until"] is not None
    assert [each["name"] for each in shown["clocks"]] == [clock]


async def test_referral_stays_open_under_its_own_clock_until_it_returns(people: People) -> None:
    one = await routed(people)
    body = {
        "to": "mediator",
        "name": "Consumer Council",
        "until": await soon(people),
        "reason": "Deadlock.",
    }
    said = [await move(people, CARE_LEAD, one, "referral", **body)]
    referred = await standing(people, one, referred_to="mediator")
    said.append(
        await move(people, CARE_SENIOR, one, "referral/return", outcome="settled", findings="Both agreed.")
    )
    back = await standing(people, one, referred_to=None)

    assert said == [["referred"], ["referral_returned"]]
    assert referred["stage"] != "closed"
    assert back["stage"] == referred["stage"]


@pytest.mark.parametrize(
    ("who", "asked", "rule"),
    [
        (AGENT, ("shelving", {"until": LATER, "reason": "No."}), "level_too_low"),
        (CARE_SENIOR, ("shelving", {"until": LATER, "reason": "For ever."}), "end_too_far"),
        (CARE_SENIOR, ("held-line", {"until": "2020-01-01T00:00:00Z", "reason": "Late."}), "end_not_ahead"),
        (CARE_SENIOR, ("concession", {"until": LATER, "reason": " "}), "reason_missing"),
        (CARE_MANAGER, ("sending-back", {"handler": "x", "level": "manager", "reason": "?"}), "no_bypass_to_send_back"),
        (CARE_SENIOR, ("referral/return", {"outcome": "settled", "findings": "?"}), "not_referred"),
        (AGENT, ("account", {"account": "I…"}), "no_account_requested"),
        (AGENT, ("bypasses", {"target": "media", "came_at": LATER}), "bypass_in_future"),
        (CARE_SENIOR, ("shelving", {"until": "2026-01-01", "reason": "No zone."}), "time_malformed"),
        (CARE_SENIOR, ("held-line", {"reason": "No end."}), "field_missing"),
    ],
)  # fmt: skip
async def test_move_against_a_rule_is_refused_by_its_name(
    people: People, who: Who, asked: tuple[str, dict[str, Any]], rule: str
) -> None:
    one, (path, body) = await routed(people), asked
    answer = await people.ask(who, "POST", f"/v1/escalations/{one}/{path}", body=body)

    assert answer.json()["rule"] == rule
    assert answer.json()["remedy"]
    assert answer.status_code in {403, 409, 422}


async def test_texts_of_an_escalation_are_for_staff_only(people: People) -> None:
    one = await routed(people)
    await move(people, CARE_SENIOR, one, "held-line", until=await soon(people), reason="Our secret reason.")
    path = f"/v1/escalations/{one}/history"
    staff = await people.ask(CARE_SENIOR, "GET", path)
    operator = await people.ask(Who("operator-1", ("operator",)), "GET", path)
    platform = await people.ask(Who("platform-1", ("platform",)), "GET", path)

    assert "Our secret reason." in staff.text
    assert "Our secret reason." not in operator.text
    assert platform.status_code == 403


async def test_escalation_that_is_heard_of_first_waits_for_the_registration(people: People) -> None:
    one = await routed(people)
    (first, *_) = await heard(people, one, "noted")

    assert first["fact"]["kind"] == "registered"


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
