"""Blacklist's HTTP doors: who may ask what, what is refused by which name, and what one may read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from tests.integration.test_blacklist_flow import (
    OPERATOR,
    OTHER_REVIEWER,
    REVIEWER,
    complained,
    judged,
    person_of,
    phone,
)
from tests.system.installation import until
from tests.system.judging import domain_time
from tests.system.people import AGENT, CARE_SENIOR, PLATFORM, People, Who, customer

NOBODY: Final = "018f0000-0000-8000-8000-00000000ffff"
REASON: Final = {"reason": "Seen by two of us."}
SEEN: Final = "2026-01-01T00:00:00Z"
FAR: Final = "2099-01-01T00:00:00Z"


async def observed(people: People, **more: Any) -> str:
    """Return a person that blacklist has heard of."""
    one = await complained(people, phone(), ("Bakery", "bread"), "The bread was mouldy.", **more)
    person = await person_of(people, one)

    async def known() -> bool:
        return (await people.ask(REVIEWER, "GET", f"/v1/flags/{person}", service="blacklist")).is_success

    await until(known, f"blacklist has heard of {person}")
    return person


async def proposed(people: People) -> str:
    person = await observed(people)
    assert await judged(people, AGENT, person, "proposals", kind="vip", reason="Owns the chain.") == [
        "proposed",
        "screened",
    ]
    return person


async def confirmed(people: People) -> str:
    person = await proposed(people)
    await judged(people, REVIEWER, person, "1/confirmation", **REASON)
    return person


async def test_hand_made_flag_goes_from_proposal_to_its_end(people: People) -> None:
    person = await proposed(people)
    soon = (await domain_time(people.installation) + timedelta(days=30)).isoformat()
    steps: list[tuple[Who, str, dict[str, Any]]] = [
        (AGENT, "1/warning", {"text": "You are on our list of key customers."}),
        (REVIEWER, "1/confirmation", REASON),
        (REVIEWER, "1/review", {**REASON, "review_due": soon}),
        (CARE_SENIOR, "1/appeal", {"words": "She does not want to be on any list."}),
        (OTHER_REVIEWER, "1/appeal/rejection", REASON),
        (REVIEWER, "1/lifting", REASON),
    ]
    said = [await judged(people, who, person, path, **body) for who, path, body in steps]

    assert said == [
        ["warned"],
        ["confirmed", "screened"],
        ["reviewed", "screened"],
        ["appealed", "screened"],
        ["appeal_rejected", "screened"],
        ["lifted", "screened"],
    ]


async def test_same_request_twice_is_one(people: People) -> None:
    person = await proposed(people)
    ask = {"idempotency-key": "once", "content-type": "application/json"}
    path = f"/v1/flags/{person}/1/confirmation"
    first, second = [
        (await people.ask(REVIEWER, "POST", path, body=REASON, service="blacklist", headers=ask)).json()
        for _ in range(2)
    ]

    assert (first["repeated"], second["repeated"]) == (False, True)
    assert await judged(people, REVIEWER, person, "1/confirmation", **REASON) == []


@pytest.mark.parametrize(
    ("who", "path", "body", "rule"),
    [
        (PLATFORM, "proposals", {"kind": "vip", **REASON}, "staff_or_reviewer_only"),
        (AGENT, "proposals", {"kind": "coercive", "reason": " "}, "reason_missing"),
        (CARE_SENIOR, "proposals", {"kind": "vip", **REASON}, "already_flagged"),
        (AGENT, "1/confirmation", REASON, "reviewer_only"),
        (REVIEWER, "1/appeal/rejection", REASON, "not_appealed"),
        (REVIEWER, "1/review", {**REASON, "review_due": FAR}, "not_confirmed"),
        (CARE_SENIOR, "1/appeal", {"words": "No."}, "not_confirmed"),
        (PLATFORM, "1/appeal", {"words": "No."}, "own_flag_only"),
        (REVIEWER, "7/lifting", REASON, "flag_unknown"),
        (AGENT, "1/warning", {}, "field_missing"),
        (AGENT, "proposals", {"kind": "nuisance", **REASON}, "value_unknown"),
        (AGENT, "proposals", {"kind": "vip", **REASON, "points": 1}, "field_unknown"),
    ],
)  # fmt: skip
async def test_step_on_a_proposal_against_a_rule_is_refused_by_its_name(
    people: People, who: Who, path: str, body: dict[str, Any], *, rule: str
) -> None:
    person = await proposed(people)
    answer = await people.ask(who, "POST", f"/v1/flags/{person}/{path}", body=body, service="blacklist")

    assert answer.json()["rule"] == rule
    assert answer.json()["title"]
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    ("who", "path", "body", "rule"),
    [
        (OTHER_REVIEWER, "1/confirmation", REASON, "not_proposed"),
        (REVIEWER, "1/review", {**REASON, "review_due": SEEN}, "review_not_ahead"),
        (REVIEWER, "1/review", {**REASON, "review_due": FAR}, "review_beyond_expiry"),
    ],
)
async def test_step_on_a_confirmed_flag_against_a_rule_is_refused_by_its_name(
    people: People, who: Who, path: str, body: dict[str, Any], *, rule: str
) -> None:
    person = await confirmed(people)
    answer = await people.ask(who, "POST", f"/v1/flags/{person}/{path}", body=body, service="blacklist")

    assert answer.json()["rule"] == rule


async def test_customer_reads_and_contests_the_own_flags_only(people: People) -> None:
    person, stranger = await confirmed(people), await confirmed(people)
    mine = await people.ask(customer(person), "GET", f"/v1/flags/{person}", service="blacklist")
    theirs = await people.ask(customer(person), "GET", f"/v1/flags/{stranger}", service="blacklist")
    contested = await people.ask(
        customer(person),
        "POST",
        f"/v1/flags/{stranger}/1/appeal",
        body={"words": "No."},
        service="blacklist",
    )

    assert mine.is_success
    assert theirs.status_code == 403
    assert contested.json()["rule"] == "own_flag_only"


async def test_nobody_is_known_before_the_first_complaint(people: People) -> None:
    shown = await people.ask(REVIEWER, "GET", f"/v1/flags/{NOBODY}", service="blacklist")
    told = await people.ask(REVIEWER, "GET", f"/v1/flags/{NOBODY}/history", service="blacklist")
    asked = await people.ask(
        AGENT,
        "POST",
        f"/v1/flags/{NOBODY}/proposals",
        body={"kind": "vip", **REASON},
        service="blacklist",
    )

    assert [each.status_code for each in (shown, told, asked)] == [404, 404, 404]
    assert {each.json()["rule"] for each in (shown, told, asked)} == {"not_observed"}


async def test_list_has_what_was_just_decided_and_keeps_to_the_state_asked_for(people: People) -> None:
    person = await proposed(people)
    answer = await people.post(REVIEWER, f"/v1/flags/{person}/1/confirmation", REASON, service="blacklist")
    asked = f"min_position={answer['position']}"
    rows = await people.get(REVIEWER, f"/v1/flags?{asked}&state=confirmed", service="blacklist")
    others = await people.get(REVIEWER, f"/v1/flags?{asked}&state=overturned", service="blacklist")
    after = await people.get(REVIEWER, f"/v1/flags?{asked}&after={person}", service="blacklist")
    wrong = await people.ask(REVIEWER, "GET", "/v1/flags?state=sometimes", service="blacklist")
    (mine,) = [row for row in rows["flags"] if row["person"] == person]

    assert (mine["state"], mine["kinds"], mine["open"]) == ("confirmed", ["vip"], 1)
    assert person not in {row["person"] for row in others["flags"]}
    assert person not in {row["person"] for row in after["flags"]}
    assert wrong.is_client_error


async def test_lists_and_histories_are_for_staff_reviewers_and_operators(people: People) -> None:
    person = await observed(people)
    paths = ["/v1/flags", f"/v1/flags/{person}", f"/v1/flags/{person}/history"]
    for path in paths:
        for who in (AGENT, REVIEWER, OPERATOR):
            assert (await people.ask(who, "GET", path, service="blacklist")).is_success
        refused = await people.ask(PLATFORM, "GET", path, service="blacklist")
        assert (refused.status_code, refused.json()["rule"]) == (403, "role_missing")


async def test_screening_asks_for_something_that_tells_a_person(people: People) -> None:
    bodies: list[dict[str, Any]] = [{}, {"name": "Ada"}, {"address": "1 Lake Court"}]
    for body in bodies:
        answer = await people.ask(AGENT, "POST", "/v1/screenings", body=body, service="blacklist")
        assert (answer.status_code, answer.json()["rule"]) == (422, "nothing_to_screen_by")
    operator = await people.ask(
        OPERATOR, "POST", "/v1/screenings", body={"phone": "13800001111"}, service="blacklist"
    )

    assert operator.status_code == 403


async def test_person_is_found_by_account_email_and_name_with_address(people: People) -> None:
    number = phone()
    who = {
        "name": "Canary Heron",
        "phone": number,
        "email": f"canary{number[-6:]}@example.org",
        "account": f"A-{number[-6:]}",
        "address": f"{number[-6:]} Lake Court",
    }
    person = await observed(people, complainant=who)
    await judged(people, AGENT, person, "proposals", kind="aftercare", reason="Nobody called back.")
    asked: dict[str, Any] = {
        "email": who["email"].upper(),
        "account": {"source": "call-centre", "number": who["account"]},
        "name": who["name"],
        "address": who["address"].replace(" ", ", "),
    }

    async def found() -> dict[str, Any] | None:
        answer = await people.post(PLATFORM, "/v1/screenings", asked, service="blacklist")
        return answer if answer["flags"] else None

    answer = await until(found, "the index knows the person")
    (flag,) = answer["flags"]

    assert (flag["person"], flag["kind"]) == (person, "aftercare")
    assert answer["matched_by"] == ["account", "email", "name_address"]
    assert "reason" not in flag
    assert "Canary" not in str(answer)
    told = await people.post(AGENT, "/v1/screenings", {"phone": number}, service="blacklist")
    assert told["flags"][0]["reason"] == "Nobody called back."
