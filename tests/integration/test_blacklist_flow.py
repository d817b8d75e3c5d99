"""A person's complaints become a proposal, a reviewer judges it, and every open complaint hears of it."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any, Final

from tests.system.complaints import complaint, heard, registered, step
from tests.system.installation import LiveInstallation, until
from tests.system.judging import domain_time, promises_hold
from tests.system.people import AGENT, CARE_SENIOR, People, Who, customer

REVIEWER: Final = Who("reviewer-1", ("reviewer",))
OTHER_REVIEWER: Final = Who("reviewer-2", ("reviewer",))
OPERATOR: Final = Who("operator-1", ("operator",))
# An agent who judges flags besides: never those of persons whose complaints were hers.
AGENT_AND_REVIEWER: Final = Who(AGENT.actor, ("agent", "reviewer"), AGENT.desk)

SERIAL_ZH: Final = (
    "上周本人在{shop}购买的{thing}属虚假宣传，构成欺诈，依据《消费者权益保护法》第五十五条，"
    "要求退一赔三，限三日内处理。"
)
ORDINARY: Final = (
    ("Bakery", "bread", "The bread I bought yesterday was mouldy on one side. Please exchange it."),
    ("Shoe Barn", "boots", "The left heel came off last week, on the stairs at work. I would like my money back."),
    ("Print Shop", "photo book", "Two pages of my photo book were bound upside down. Can you print it again?"),
    ("Book Nook", "atlas", "The atlas arrived with a torn cover, although the parcel was in good order."),
)  # fmt: skip

_phones = itertools.count(1)


def phone() -> str:
    """Return a number that no other test uses."""
    return f"+8613855{next(_phones):06}"


async def complained(
    people: People, number: str, purchase: tuple[str, str], narrative: str, **more: Any
) -> str:
    shop, thing = purchase
    usual: dict[str, Any] = {
        "complainant": {"name": "Canary Quill 9", "phone": number},
        "merchant": shop,
        "product": {"name": thing, "price": {"amount": "39.90", "currency": "CNY"}},
        "recorder": AGENT.actor,
    }
    body = complaint(narrative, **{**usual, **more})
    return await registered(people, body)


async def serial_complaints(people: People, number: str, count: int = 3) -> list[str]:
    """Register complaints in one wording about as many shops."""
    shops = [(f"店铺{each}号", f"商品{each}款") for each in range(1, count + 1)]
    return [
        await complained(people, number, (shop, thing), SERIAL_ZH.format(shop=shop, thing=thing))
        for shop, thing in shops
    ]


async def person_of(people: People, one: str) -> str:
    found = await people.get(AGENT, f"/v1/complaints/{one}")
    return str(found["person"])


async def flags_of(people: People, person: str) -> dict[str, Any]:
    return await people.get(REVIEWER, f"/v1/flags/{person}", service="blacklist")


async def judged(people: People, who: Who, person: str, path: str, **body: Any) -> list[str]:
    """Take a step on the person's flags and return the types of the events it led to."""
    answer = await people.post(who, f"/v1/flags/{person}/{path}", body, service="blacklist")
    return [name.removeprefix("flag.") for name in answer["events"]]


async def refused(people: People, who: Who, person: str, path: str, **body: Any) -> str:
    answer = await people.ask(who, "POST", f"/v1/flags/{person}/{path}", body=body, service="blacklist")
    assert answer.is_client_error, answer.text
    return str(answer.json()["rule"])


async def flag_events(people: People, person: str, who: Who = REVIEWER) -> list[dict[str, Any]]:
    found = await people.get(who, f"/v1/flags/{person}/history", service="blacklist")
    events: list[dict[str, Any]] = found["events"]
    return events


async def screened(people: People, person: str, one: str, states: list[str]) -> dict[str, Any]:
    """Wait until the last word on a complaint names flags in these states."""

    async def so() -> dict[str, Any] | None:
        said = [
            event["data"]
            for event in await flag_events(people, person)
            if event["type"] == "flag.screened" and event["data"]["complaint"] == one
        ]
        fits = said and [flag["state"] for flag in said[-1]["flags"]] == states
        return said[-1] if fits else None

    return await until(so, f"{one} was screened with {states}")


async def flagged(people: People, number: str) -> tuple[str, list[str]]:
    """Return a person with a proposal of the software, and the complaints."""
    ones = await serial_complaints(people, number)
    person = await person_of(people, ones[0])

    async def so() -> bool:
        answer = await people.ask(REVIEWER, "GET", f"/v1/flags/{person}", service="blacklist")
        return answer.is_success and bool(answer.json()["flags"])

    await until(so, f"a flag of {person} is proposed")
    return person, ones


async def test_serial_complaints_are_proposed_with_a_bill_and_every_open_one_hears_of_it(
    people: People,
) -> None:
    person, ones = await flagged(people, phone())
    shown = await flags_of(people, person)
    (flag,) = shown["flags"]

    assert (flag["kind"], flag["state"], flag["proposer"]) == ("professional", "proposed", "blacklist")
    assert {"breadth", "templated_wording", "fixed_multiple"} <= {line["signal"] for line in flag["reasons"]}
    assert flag["score"] >= shown["score"]["threshold"]
    assert all(set(line["complaints"]) <= set(ones) for line in flag["reasons"])
    for one in ones:
        await screened(people, person, one, ["proposed"])


async def test_confirmation_appeal_and_end_reach_every_open_complaint(people: People) -> None:
    person, ones = await flagged(people, phone())
    said = [await judged(people, REVIEWER, person, "1/confirmation", reason="Three shops, one text.")]
    await screened(people, person, ones[0], ["confirmed"])
    told = await judged(people, CARE_SENIOR, person, "1/warning", text="You may appeal.")
    mine = await people.get(customer(person), f"/v1/flags/{person}", service="blacklist")
    await judged(people, customer(person), person, "1/appeal", words="I am a teacher of law.")
    await screened(people, person, ones[0], ["appealed"])
    own = await refused(people, REVIEWER, person, "1/appeal/rejection", reason="No.")
    said.append(await judged(people, OTHER_REVIEWER, person, "1/appeal/overturning", reason="She is right."))
    gone = await screened(people, person, ones[0], [])

    assert said == [["confirmed", *["screened"] * 3], ["overturned", *["screened"] * 3]]
    assert told == ["warned"]
    assert mine["flags"][0]["told"] is True
    assert own == "confirmer_is_not_judge"
    assert gone["flags"] == []


async def test_new_complaint_of_a_flagged_person_is_taken_in_and_screened(people: People) -> None:
    number = phone()
    person, _ = await flagged(people, number)
    await judged(people, REVIEWER, person, "1/confirmation", reason="One text for all shops.")
    new = await complained(people, number, ("Bakery", "bread"), "The bread was mouldy. Please exchange it.")

    told = await screened(people, person, new, ["confirmed"])

    assert told["flags"][0]["kind"] == "professional"


async def test_confirmed_flag_changes_the_route_and_not_the_door(people: People) -> None:
    person, (first, *_) = await flagged(people, phone())
    before = await heard(people, first, "routed")
    await judged(people, REVIEWER, person, "1/confirmation", reason="One text for all shops.")

    async def rerouted() -> dict[str, Any] | None:
        return next((each for each in await heard(people, first, "routed") if "flag" in each["rule"]), None)

    route = await until(rerouted, "escalation routes by the flag")
    shown = await people.get(AGENT, f"/v1/complaints/{first}")

    assert all("flag" not in each["rule"] for each in before)
    assert (route["rule"], route["desk"]) == ("flag_professional", "evidence")
    assert shown["stage"] == "classified"
    assert [clock["name"] for clock in shown["clocks"]]


async def test_closed_complaint_hears_no_more_of_flags(people: People) -> None:
    person, (first, *_) = await flagged(people, phone())
    await step(people, CARE_SENIOR, first, "withdrawal", words="Never mind.")

    async def closed() -> bool:
        found = await flags_of(people, person)
        return not next(each for each in found["complaints"] if each["complaint"] == first)["is_open"]

    await until(closed, "blacklist has noted the end")
    said = await judged(people, REVIEWER, person, "1/lifting", reason="A course of law students.")

    assert said == ["lifted", "screened", "screened"]


async def test_customer_who_complains_often_of_different_things_is_not_proposed(people: People) -> None:
    number = phone()
    ones = [
        await complained(people, number, (shop, thing), narrative, purchases_12m=240)
        for shop, thing, narrative in ORDINARY
    ]
    person = await person_of(people, ones[0])

    async def all_noted() -> dict[str, Any] | None:
        answer = await people.ask(REVIEWER, "GET", f"/v1/flags/{person}", service="blacklist")
        found: dict[str, Any] = answer.json()
        return found if answer.is_success and found["complaint_count"] == len(ones) else None

    shown = await until(all_noted, "blacklist has noted all complaints")

    assert shown["state"] == "observed"
    assert shown["flags"] == []
    assert shown["score"]["points"] < shown["score"]["threshold"]
    assert shown["score"]["guards"] == ["bulk_buyer"]


async def test_owner_and_proposer_may_not_confirm(people: People) -> None:
    person, _ = await flagged(people, phone())
    by_owner = await refused(people, AGENT_AND_REVIEWER, person, "1/confirmation", reason="I know her.")
    by_agent = await refused(people, AGENT, person, "1/confirmation", reason="I know her.")
    await judged(people, REVIEWER, person, "proposals", kind="coercive", reason="Blocked the till.")
    by_proposer = await refused(people, REVIEWER, person, "2/confirmation", reason="I saw it.")

    assert by_owner == "owner_is_not_confirmer"
    assert by_agent == "reviewer_only"
    assert by_proposer == "proposer_is_not_confirmer"


async def test_flag_expires_by_itself(people: People) -> None:
    person, ones = await flagged(people, phone())
    (flag,) = (await flags_of(people, person))["flags"]
    now = await domain_time(people.installation)

    rows = await people.installation.rows(
        "blacklist", "SELECT name, due_at FROM eventlog.timers WHERE stream = $1", f"flag-{person}"
    )

    assert [row["name"] for row in rows] == ["expiry-1"]
    assert rows[0]["due_at"].isoformat() == flag["expires_at"].replace("Z", "+00:00")
    assert now < rows[0]["due_at"] <= now + timedelta(days=31)
    await screened(people, person, ones[0], ["proposed"])


async def test_screening_finds_the_person_with_reasons_and_leaves_an_audit_line_without_personal_data(
    people: People,
) -> None:
    number = phone()
    person, _ = await flagged(people, number)

    async def found() -> dict[str, Any] | None:
        answer = await people.post(AGENT, "/v1/screenings", {"phone": number}, service="blacklist")
        return answer if answer["flags"] else None

    answer = await until(found, "the index knows the phone")
    nobody = await people.post(AGENT, "/v1/screenings", {"email": "nobody@example.org"}, service="blacklist")
    (flag,) = answer["flags"]
    audit = await people.installation.rows(
        "blacklist", "SELECT * FROM screening_audit ORDER BY id DESC LIMIT 2"
    )

    assert (flag["person"], flag["matched_by"], flag["state"]) == (person, ["phone"], "proposed")
    assert flag["reasons"]
    assert answer["matched_by"] == ["phone"]
    assert nobody == {"flags": [], "matched_by": []}
    assert [(row["actor"], row["kinds"], row["found"]) for row in audit] == [
        (AGENT.actor, ["email"], []),
        (AGENT.actor, ["phone"], ["professional:proposed"]),
    ]
    assert number not in str([dict(row) for row in audit])


async def test_texts_on_flags_are_for_staff_and_reviewers_only(people: People) -> None:
    person, _ = await flagged(people, phone())
    await judged(people, REVIEWER, person, "1/confirmation", reason="Our secret reason.")

    assert "Our secret reason." in str(await flag_events(people, person, CARE_SENIOR))
    assert "Our secret reason." not in str(await flag_events(people, person, OPERATOR))
    assert "Canary Quill" not in str(await flag_events(people, person, OPERATOR))


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
