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
    bargaining,
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


async def exchanged(people: People, one: str, token: str) -> str | None:
    """Show a token at the door and return the rule it is refused by."""
    answer = await people.clients["compensation"].post(f"/v1/signing/{one}/session", json={"token": token})
    rule: str | None = answer.json().get("rule")
    return rule


async def signed_anew(people: People, one: str, session: dict[str, Any]) -> str | None:
    """Sign by a session and return the rule it is refused by."""
    body = {"document": session["document"], "means": "typed", "name": "x", "consent": True}
    answer = await as_customer(people, session, "POST", f"/v1/signing/{one}/signature", body=body)
    rule: str | None = answer.json().get("rule")
    return rule


async def count(people: People, table: str, **columns: str) -> int:
    """Count the rows of a table of compensation's with these values."""
    wanted = " AND ".join(f"{name}::text = ${number}" for number, name in enumerate(columns, start=1))
    query = f"SELECT count(*) FROM {table} WHERE {wanted}"  # noqa: S608 - names of our own
    ((found,),) = await people.installation.rows("compensation", query, *columns.values())
    return int(found)


def letters_of(people: People, one: str) -> list[str]:
    """Return the letters with a link that went out to a complaint's customer."""
    return sorted(path.name for path in people.installation.prepared.folder.glob(f"mail/{one}-link-*.json"))


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
    spent = [await exchanged(people, one, token)]
    again = [await signed_anew(people, one, looks[0])]
    await talks(people, one, "settled")
    spent.append(await exchanged(people, one, token))
    again.append(await signed_anew(people, one, looks[1]))

    assert [look["language"] for look in looks] == ["zh", "zh"]
    assert spent == again == ["link_spent"] * 2
    assert (await moves(people, one)).count("customer_signed") == 1
    assert await count(people, "vault_records", complaint=one, name="consent") == 1


async def test_guessed_token_learns_nothing_of_any_complaint(people: People) -> None:
    talking, linked, closed = await bargaining(people), await agreed(people), await agreed(people)
    await letter(people, linked)
    await signed(people, closed)
    await talks(people, closed, "settled")
    unheard = str(fresh_id())

    told = [await exchanged(people, one, "x" * 43) for one in (talking, linked, closed, unheard)]
    assert told == ["link_unknown"] * 4


async def test_session_of_a_replaced_link_neither_signs_nor_declines_nor_reads(people: People) -> None:
    one = await agreed(people)
    session = await signing_session(people, one)
    await said(people, CARE_SENIOR, one, "signing-links")
    read = await as_customer(people, session, "GET", path_of(one, "document"))
    body = {"document": session["document"], "reason": "Not me."}
    declined = await as_customer(people, session, "POST", f"/v1/signing/{one}/refusal", body=body)

    assert await signed_anew(people, one, session) == "link_replaced"
    assert (declined.json()["rule"], read.json()["rule"]) == ("link_replaced", "link_replaced")
    assert await count(people, "vault_records", complaint=one, name="consent") == 0
    assert not {"customer_signed", "signing_declined"} & set(await moves(people, one))


async def test_fresh_link_that_is_refused_draws_no_token(people: People) -> None:
    one = await agreed(people)
    await signing_session(people, one)
    before = await count(people, "effects", name="signing_link"), letters_of(people, one)
    refused = [await people.ask(OTHER_AGENT, "POST", path_of(one, "signing-links"))]
    await signed(people, one)
    await talks(people, one, "settled")
    refused.append(await people.ask(CARE_SENIOR, "POST", path_of(one, "signing-links")))

    assert [each.json()["rule"] for each in refused] == ["owner_or_supervisor_only", "already_settled"]
    assert (await count(people, "effects", name="signing_link"), letters_of(people, one)) == before


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


async def test_fresh_link_asked_for_again_under_one_key_is_answered_as_the_first_time(people: People) -> None:
    one = await agreed(people)
    await letter(people, one)
    path, key = path_of(one, "signing-links"), {"idempotency-key": str(fresh_id())}
    first = await people.ask(CARE_SENIOR, "POST", path, headers=key)
    soon = await people.ask(CARE_SENIOR, "POST", path, headers=key)
    await signed(people, one, number=2)
    await talks(people, one, "settled")
    (people.installation.prepared.folder / "mail" / f"{one}-link-2.json").unlink()
    late = await people.ask(CARE_SENIOR, "POST", path, headers=key)
    anew = await people.ask(CARE_SENIOR, "POST", path)

    assert first.json()["events"] == ["negotiation.signing_link_issued"]
    for again in (soon, late):
        assert again.status_code == 200
        assert again.json() == {**first.json(), "events": [], "position": None, "repeated": True}
    assert letters_of(people, one) == [f"{one}-link-1.json"]
    assert (anew.status_code, anew.json()["rule"]) == (409, "already_settled")


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
    assert await count(people, "vault_records", complaint=one, name="consent") == 1
    assert await count(people, "consents_held", complaint=one) == 0
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
