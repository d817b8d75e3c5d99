"""Intake's doors over HTTP and Kafka on real engines: registering, reading, health, metrics, the operator's door."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from hosting.metrics import COUNTERS, GAUGES, MEASURES
from tests.system.complaints import (
    ONGOING_ZH,
    PAST_EN,
    complaint,
    events,
    heard,
    noted,
    offered,
    registered,
    standing,
    step,
    told,
    types,
    view,
)
from tests.system.contacts import Sender, contact_headers, contact_key, sender_to
from tests.system.folding import event_of
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.people import AGENT, CARE_SENIOR, OPERATOR, PLATFORM, People, Who, customer
from tests.system.reading import log_of, settled


@pytest.fixture
async def sender(installation: LiveInstallation) -> AsyncIterator[Sender]:
    async with sender_to(installation) as found:
        yield found


async def id_of(installation: LiveInstallation, reference: str) -> str:
    """Wait until a reference is registered and return its complaint."""

    async def so() -> str | None:
        for row in (await log_of(installation, "intake")).rows:
            if row.type == "complaint.registered" and event_of(row).reference == reference:
                return row.stream.removeprefix("complaint-")
        return None

    return await until(so, f"{reference} is registered", every=0.1) or ""


async def test_whole_register_comes_in_and_is_told_back_to_staff(people: People) -> None:
    whole = complaint(
        ONGOING_ZH,
        recorder=AGENT.actor,
        representative={"name": "Li", "phone": "+8613912349999", "relation": "daughter"},
        product={
            "name": "Kettle",
            "specification": "1.7 l",
            "serial": "S-1",
            "batch": "B-7",
            "produced_on": "2026-01-05",
            "price": {"amount": "129.00", "currency": "CNY"},
        },
        merchant="East Gate Store",
        region="Shanghai",
        service="delivery",
        order="ORD-1",
        purchases_12m=3,
        asks_for="Repair it.",
        jurisdiction="CN-SH",
        time_zone="Asia/Shanghai",
        attachments=[{"sha256": "ab" * 32, "media_type": "image/jpeg"}],
    )
    one = await registered(people, whole)
    told = (await events(people, one))[0]["data"]

    assert told["product"]["price"] == {"amount": "129.00", "currency": "CNY"}
    assert told["complainant"]["order"] == "ORD-1"
    assert told["representative"]["relation"] == "daughter"
    assert (told["narrative"], told["asks_for"]) == (ONGOING_ZH, "Repair it.")


async def test_unknown_members_are_passed_over_and_named(people: People) -> None:
    answer = await people.post(PLATFORM, "/v1/complaints", complaint(PAST_EN, mood="angry"))

    assert answer["warnings"] == ["/mood"]


async def test_contact_on_kafka_and_the_same_over_http_are_one_complaint(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    first, second = complaint(PAST_EN), complaint(PAST_EN)
    await sender.contact(first)
    by_contact = await id_of(installation, first["reference"])
    by_http = await people.post(PLATFORM, "/v1/complaints", first)
    one = await registered(people, second)
    await sender.contact(second)
    await sender.contact(second)
    await settled(installation)

    assert by_http["complaint"] == by_contact
    assert by_http["events"] == []
    assert (await types(people, one)).count("registered") == 1


async def test_contact_with_other_content_for_a_known_reference_is_a_dead_letter(
    installation: LiveInstallation, people: People, sender: Sender
) -> None:
    first = complaint(PAST_EN)
    await registered(people, first)
    changed = {**first, "narrative": "Another story."}
    await sender.send(
        "amends.contact.v1", contact_key(first), json.dumps(changed).encode(), contact_headers(changed)
    )

    async def so() -> list[str]:
        found = await people.get(OPERATOR, "/v1/operations/dead-letters", service="intake")
        return [each["rule"] for each in found["dead_letters"]]

    assert await until(so, "the contact is a dead letter") == ["reference_conflict"]


async def test_who_may_not_register_is_refused_the_second_time_too(people: People) -> None:
    body = complaint(PAST_EN)
    first = await people.ask(OPERATOR, "POST", "/v1/complaints", body=body)
    await registered(people, body)
    again = await people.ask(OPERATOR, "POST", "/v1/complaints", body=body)

    for answer in (first, again):
        assert (answer.status_code, answer.json()["rule"]) == (403, "front_door_only")


async def test_answer_leaves_no_hand_over_open_even_if_the_route_comes_late(people: People) -> None:
    one = await registered(people, complaint(ONGOING_ZH, recorder=AGENT.actor))
    await offered(people, one, "urgent")
    await step(people, AGENT, one, "harm-stopped", how="The valve was closed.")
    await step(people, AGENT, one, "answer", text="It was the valve.")
    await heard(people, one, "routed", 2)
    await noted(people, one, "answered")
    await until(lambda: _routes_noted(people, one, 2), "intake has noted the late route")
    found = await view(people, one)

    assert (found["stage"], found["offered"]) == ("answered", None)


async def _routes_noted(people: People, one: str, count: int) -> bool:
    facts = [data["fact"] for data in await told(people, one, "noted")]
    return len([fact for fact in facts if fact["kind"] == "routed"]) >= count


async def test_list_and_counts_show_what_was_just_done(people: People) -> None:
    done = await people.post(AGENT, "/v1/complaints", complaint(PAST_EN, source="counted"))
    # The list is by id, a page at a time, and others have complained before: begin just in front of this one.
    before = UUID(int=UUID(done["complaint"]).int - 1)
    query = f"min_position={done['position']}&open_only=true&after={before}"
    listed = await people.get(AGENT, f"/v1/complaints?{query}")
    counts = await people.get(AGENT, f"/v1/complaints/counts?min_position={done['position']}")

    assert listed["complaints"][0]["complaint"] == done["complaint"]
    assert sum(row["complaints"] for row in counts["counts"]) >= 1


async def test_position_not_reached_is_said_to_come_later(people: People) -> None:
    answer = await people.ask(AGENT, "GET", "/v1/complaints?min_position=999999999")

    assert (answer.status_code, answer.json()["rule"]) == (503, "read_model_behind")
    assert answer.headers["retry-after"] == "1"


async def test_unknown_complaint_is_not_found(people: People) -> None:
    nobody = "018f0000-0000-8000-8000-00000000dead"
    answers = [
        await people.ask(AGENT, "GET", f"/v1/complaints/{nobody}"),
        await people.ask(AGENT, "GET", f"/v1/complaints/{nobody}/history"),
        await people.ask(AGENT, "POST", f"/v1/complaints/{nobody}/acknowledgement"),
        await people.ask(CARE_SENIOR, "GET", f"/v1/escalations/{nobody}"),
    ]

    for answer in answers:
        assert answer.status_code == 404
        assert answer.json()["remedy"]


async def test_customer_reads_the_own_complaint_and_no_other(people: People) -> None:
    one = await registered(people, complaint(PAST_EN))
    person = (await view(people, one))["person"]
    own = await people.ask(customer(person), "GET", f"/v1/complaints/{one}")
    other = await people.ask(customer(one), "GET", f"/v1/complaints/{one}")
    history = await people.ask(customer(person), "GET", f"/v1/complaints/{one}/history")

    assert own.json()["complaint"] == one
    assert other.status_code == 404
    assert history.status_code == 403


async def test_same_command_twice_under_one_key_is_done_once(people: People) -> None:
    one = await registered(people, complaint(PAST_EN))
    await standing(people, one, stage="classified")
    key = {"idempotency-key": "once"}
    path = f"/v1/complaints/{one}/acknowledgement"
    first, second = [(await people.ask(AGENT, "POST", path, headers=key)).json() for _ in range(2)]
    third = await step(people, AGENT, one, "acknowledgement")

    assert first["events"] == ["complaint.owner_changed", "complaint.acknowledged"]
    assert (second["events"], second["repeated"], second["version"]) == ([], True, first["version"])
    assert third == []


@pytest.mark.parametrize("service", ["intake", "escalation"])
async def test_health_says_what_it_looks_at(people: People, service: str) -> None:
    client = people.clients[service]
    live, ready = await client.get("/health/live"), await client.get("/health/ready")

    assert live.json() == {"alive": True}
    assert ready.json()["ready"]
    assert {"database", "consumer", "log"} <= ready.json()["probes"].keys()
    assert {"partitions", "lag"} <= ready.json()["probes"]["consumer"].keys()


@pytest.mark.parametrize("service", ["intake", "escalation"])
async def test_metrics_have_the_promised_names(people: People, service: str) -> None:
    await heard(people, await registered(people, complaint(PAST_EN)), "routed")
    text = (await people.clients[service].get("/metrics")).text
    promised = {f"amends_{metric.name}" for metric in (*COUNTERS, *GAUGES, *MEASURES)}
    told = {line.split()[2].removesuffix("_total") for line in text.splitlines() if line.startswith("# TYPE")}

    assert {name.removesuffix("_total") for name in promised} <= told
    assert _value(text, "amends_relay_position") > 0
    assert _value(text, "amends_log_position") > 0


def _value(text: str, name: str) -> float:
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))


async def test_operator_verifies_the_chain_and_reads_the_figures(
    installation: LiveInstallation, people: People
) -> None:
    await settled(installation)
    for service in ("intake", "escalation"):
        chain = await people.get(OPERATOR, "/v1/operations/chain", service=service)
        figures = await people.get(OPERATOR, "/v1/operations/figures", service=service)

        assert chain["whole"]
        assert chain["positions"] == figures["log_position"] == figures["relay_position"]
        assert figures["parked"] == 0


@pytest.mark.parametrize("who", [AGENT, PLATFORM, Who("nobody", ())], ids=["agent", "platform", "nobody"])
async def test_only_an_operator_operates(people: People, who: Who) -> None:
    paths: list[tuple[str, str, Any]] = [
        ("GET", "/v1/operations/dead-letters", None),
        ("POST", "/v1/operations/republish", {"from_position": 0}),
        ("GET", "/v1/operations/chain", None),
    ]
    for method, path, sent in paths:
        answer = await people.ask(who, method, path, body=sent, service="intake")
        assert answer.status_code == 403


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
