"""The customer's door over HTTP on real engines: links, sessions, the document, signing and declining."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from eventlog.clock import fresh_id
from tests.system.judging import promises_hold
from tests.system.negotiations import (
    agreed,
    as_customer,
    letter,
    path_of,
    refusal,
    said,
    seen,
    signed,
    signing_session,
    talks,
    token_of,
)
from tests.system.people import CARE_SENIOR, OTHER_AGENT, PLATFORM, People, customer

PNG = b"\x89PNG\r\n\x1a\n" + b"a stroke " * 20


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def moves(people: People, one: str) -> list[str]:
    return [move["move"] for move in (await seen(people, one))["ledger"]]


async def test_document_is_for_staff_and_for_the_customer_with_a_session(people: People) -> None:
    one, other = await agreed(people), await agreed(people)
    session, others = await signing_session(people, one), await signing_session(people, other)
    path = path_of(one, "document")
    own = await as_customer(people, session, "GET", path)
    staff = await people.ask(CARE_SENIOR, "GET", path)
    strangers = await as_customer(people, others, "GET", path)
    person = (await seen(people, one))["person"]
    refused = [await people.ask(who, "GET", path) for who in (customer(person), PLATFORM)]
    nobody = await people.clients["compensation"].get(path)

    assert (own.status_code, own.headers["content-type"]) == (200, "application/pdf")
    assert own.content == staff.content
    assert sha256(own.content) == session["document"]
    assert own.headers["cache-control"] == "no-store"
    assert (strangers.status_code, nobody.status_code) == (401, 401)
    assert [each.json()["rule"] for each in refused] == ["role_missing", "role_missing"]


async def test_signed_document_is_what_one_gets_once_it_is_settled(people: People) -> None:
    one = await agreed(people)
    session = await signed(people, one)
    shown = await talks(people, one, "settled")
    own = await as_customer(people, session, "GET", path_of(one, "document"))
    later = await people.ask(customer(shown["person"]), "GET", path_of(one, "document"))
    other = await people.ask(customer(str(fresh_id())), "GET", path_of(one, "document"))

    assert sha256(own.content) == shown["document"]["signed"]
    assert later.content == own.content
    assert other.json()["rule"] == "role_missing"


async def test_link_is_spent_by_signing_and_not_by_looking(people: People) -> None:
    one = await agreed(people)
    looks = [await signing_session(people, one) for _ in range(2)]
    await signed(people, one)
    token = token_of((await letter(people, one))["link"])
    spent = await people.clients["compensation"].post(f"/v1/signing/{one}/session", json={"token": token})
    body = {"document": looks[0]["document"], "means": "typed", "name": "x", "consent": True}
    again = await as_customer(people, looks[0], "POST", f"/v1/signing/{one}/signature", body=body)

    assert [look["language"] for look in looks] == ["zh", "zh"]
    assert spent.json()["rule"] == "link_spent"
    assert again.json()["rule"] == "link_spent"
    assert (await moves(people, one)).count("customer_signed") == 1


async def test_fresh_link_takes_the_place_of_the_one_before(people: People) -> None:
    one = await agreed(people)
    first = token_of((await letter(people, one))["link"])
    strange = await people.ask(OTHER_AGENT, "POST", path_of(one, "signing-links"))
    fresh = await said(people, CARE_SENIOR, one, "signing-links")
    replaced = await people.clients["compensation"].post(f"/v1/signing/{one}/session", json={"token": first})
    await signed(people, one, number=2)
    await talks(people, one, "settled")
    late = await refusal(people, CARE_SENIOR, one, "signing-links")

    assert strange.json()["rule"] == "owner_or_supervisor_only"
    assert fresh == ["signing_link_issued"]
    assert replaced.json()["rule"] == "link_replaced"
    assert late == (409, "already_settled")


async def test_drawn_signature_told_twice_signs_once(people: People) -> None:
    one = await agreed(people)
    session = await signing_session(people, one)
    drawing = base64.b64encode(PNG).decode()
    body: dict[str, Any] = {"document": session["document"], "means": "drawn", "consent": True}
    headers = {
        "authorization": f"Bearer {session['customer_token']}",
        "idempotency-key": str(fresh_id()),
    }
    client, path = people.clients["compensation"], f"/v1/signing/{one}/signature"
    unreadable = await client.post(path, json={**body, "drawing": "AAAA"}, headers=headers)
    missing = await client.post(path, json=body, headers=headers)
    unconsented = await client.post(
        path, json={**body, "drawing": drawing, "consent": False}, headers=headers
    )
    answers = [await client.post(path, json={**body, "drawing": drawing}, headers=headers) for _ in range(2)]
    await talks(people, one, "settled")

    assert unreadable.json()["rule"] == "drawing_unreadable"
    assert (missing.json()["rule"], missing.json()["field"]) == ("field_missing", "/drawing")
    assert unconsented.status_code == 422
    assert [each.json().get("repeated") for each in answers] == [False, True]
    assert (await moves(people, one)).count("customer_signed") == 1


async def test_customer_who_does_not_sign_goes_on_talking(people: People) -> None:
    one = await agreed(people)
    session = await signing_session(people, one)
    body = {"document": session["document"], "reason": "The name is misspelt."}
    wrong = await as_customer(
        people, session, "POST", f"/v1/signing/{one}/refusal", body={**body, "document": "0" * 64}
    )
    declined = await as_customer(people, session, "POST", f"/v1/signing/{one}/refusal", body=body)
    shown = await talks(people, one, "bargaining")

    assert wrong.json()["rule"] == "document_differs"
    assert declined.json()["events"] == ["negotiation.signing_declined"]
    assert shown["live_offer"] is None


@pytest.mark.parametrize("route", ["session", "signature", "refusal"])
async def test_signing_takes_no_token_but_its_own(people: People, route: str) -> None:
    one = await agreed(people)
    person = (await seen(people, one))["person"]
    session = await signing_session(people, one)
    bodies = {
        "session": {"token": "guessed"},
        "signature": {"document": "0" * 64, "means": "typed", "name": "x", "consent": True},
        "refusal": {"document": "0" * 64, "reason": "x"},
    }
    asked = [
        await people.ask(
            who, "POST", f"/v1/signing/{one}/{route}", body=bodies[route], service="compensation"
        )
        for who in (CARE_SENIOR, customer(person))
    ]
    elsewhere = await as_customer(people, session, "GET", path_of(one))

    expected = "link_unknown" if route == "session" else "session_invalid"
    assert [each.json()["rule"] for each in asked] == [expected, expected]
    assert (elsewhere.status_code, elsewhere.json()["rule"]) == (401, "token_invalid")


async def test_page_of_the_link_is_open_to_anybody_and_knows_nobody(people: People) -> None:
    client = people.clients["compensation"]
    page = await client.get("/sign")
    files = [await client.get(f"/sign/{name}") for name in ("sign.js", "sign.css")]

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert [each.status_code for each in files] == [200, 200]


async def test_all_promises_hold_over_all_of_this(people: People) -> None:
    await promises_hold(people.installation)
