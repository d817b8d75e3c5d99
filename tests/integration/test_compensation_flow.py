"""A negotiation over HTTP on real engines, from the demand to the archive, with the evidence of it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader

from eventlog.clock import fresh_id
from tests.system.complaints import complaint, registered
from tests.system.installation import until
from tests.system.judging import promises_hold
from tests.system.negotiations import (
    REFUND_EN,
    REFUND_ZH,
    SUM,
    agreed,
    bargaining,
    letter,
    path_of,
    payment_order,
    refusal,
    said,
    seen,
    signed,
    signing_session,
    talks,
    token_of,
    told_paid,
)
from tests.system.people import AGENT, CARE_MANAGER, CARE_SENIOR, PLATFORM, People, customer

PNG = b"\x89PNG\r\n\x1a\n" + b"a stroke " * 20


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def moves(people: People, one: str) -> list[str]:
    return [move["move"] for move in (await seen(people, one))["ledger"]]


async def test_negotiation_goes_from_the_demand_to_the_archive(people: People) -> None:
    one = await agreed(people)
    await signed(people, one)
    order = await payment_order(people, one)
    paid = await told_paid(people, one, order)
    again = await told_paid(people, one, order)
    shown = await talks(people, one, "archived")

    assert await moves(people, one) == [
        "opened",
        "liability_found",
        "terms_recorded",
        "offer_made",
        "offer_accepted",
        "document_rendered",
        "signing_link_issued",
        "customer_signed",
        "company_signed",
        "settled",
        "payment_instructed",
        "paid",
        "archived",
    ]
    assert (paid, again) == (["paid"], [])
    assert {key: order[key] for key in ("amount", "currency", "complaint")} == {**SUM, "complaint": one}
    assert {each["holder"] for each in shown["custody"]} == {"vault", "customer", "company"}
    assert [each["status"] for each in shown["payments"]] == ["paid"]


async def test_letter_brings_the_link_to_the_customer_and_to_nobody_else(people: People) -> None:
    one = await agreed(people)
    found = await letter(people, one)
    token = token_of(found["link"])
    shown = await people.ask(CARE_SENIOR, "GET", path_of(one))
    history = await people.ask(CARE_SENIOR, "GET", path_of(one, "history"))

    assert found["language"] == "zh"
    assert found["link"].startswith(f"{people.installation.only('compensation').address}/sign#{one}.")
    assert found["to"]["phone"].startswith("+8613912345")
    assert token not in shown.text + history.text
    assert all(token.encode() not in log for log in people.installation.logs().values())


async def test_bundle_verifies_by_itself(people: People) -> None:
    one = await agreed(people)
    early = await people.ask(CARE_SENIOR, "GET", path_of(one, "bundle"))
    await signed(people, one)
    await told_paid(people, one, await payment_order(people, one))
    shown = await talks(people, one, "archived")
    bundle = await people.ask(CARE_SENIOR, "GET", path_of(one, "bundle"))
    again = await people.ask(CARE_SENIOR, "GET", path_of(one, "bundle"))
    archive = zipfile.ZipFile(io.BytesIO(bundle.content))
    kept = {name: archive.read(name) for name in archive.namelist()}

    assert (early.status_code, early.json()["rule"]) == (404, "nothing_settled")
    assert bundle.headers["content-type"] == "application/zip"
    assert bundle.content == again.content
    for line in kept["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert sha256(kept[name]) == digest
    document, consent = kept["agreement.pdf"], json.loads(kept["consent.json"])
    assert sha256(document) == shown["document"]["document"] == consent["document"]
    assert kept["agreement-signed.pdf"].startswith(document)
    assert sha256(kept["agreement-signed.pdf"]) == shown["document"]["signed"]
    (signature,) = PdfFileReader(io.BytesIO(kept["agreement-signed.pdf"])).embedded_signatures
    assert sha256(document) in signature.sig_object["/Reason"]
    assert sha256(kept["manifest.json"]) == shown["manifest"]
    assert consent["name"] == "金丝雀叁"
    key = x509.load_pem_x509_certificate(kept["company-certificate.pem"]).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(kept["manifest.sig"], kept["manifest.json"], ec.ECDSA(hashes.SHA256()))


async def test_payment_is_exactly_what_was_agreed_and_goes_elsewhere_when_it_came_back(
    people: People,
) -> None:
    one = await agreed(people)
    await signed(people, one)
    order = await payment_order(people, one)
    path = f"/v1/payments/{order['payment']}"
    more = {"complaint": one, "status": "paid", "sum": {"amount": "50.01", "currency": "CNY"}}
    above = await people.ask(PLATFORM, "POST", path, body=more)
    await told_paid(people, one, order)
    await talks(people, one, "archived")
    back = await people.post(
        PLATFORM, path, {"complaint": one, "status": "reversed", "sum": SUM, "why": "account_closed"}
    )
    waiting = await seen(people, one)
    account = {"account": "622200002222", "reason": "The old one is closed."}
    path = path_of(one, f"payments/{order['payment']}/account")
    strange = await people.ask(customer(str(fresh_id())), "POST", path, body=account)
    named = await people.post(customer(waiting["person"]), path, account)
    twice = await people.ask(CARE_SENIOR, "POST", path, body=account)
    again = await payment_order(people, one, besides=order)
    await told_paid(people, one, again)
    shown = await talks(people, one, "archived")

    assert above.json()["rule"] == "payment_not_as_agreed"
    assert back["events"] == ["negotiation.payment_reversed"]
    assert [clock["name"] for clock in waiting["clocks"]] == ["payee@1"]
    assert (strange.json()["rule"], twice.json()["rule"]) == ("own_complaint_only", "payment_not_returned")
    assert named["events"] == ["negotiation.payment_instructed"]
    assert again["payee"] == {**order["payee"], "account": "622200002222"}
    assert [each["status"] for each in shown["payments"]] == ["reversed", "paid"]
    assert shown["clocks"] == []


async def test_contradiction_about_a_payment_is_reviewed_before_anything_is_paid_anew(people: People) -> None:
    one = await agreed(people)
    await signed(people, one)
    order = await payment_order(people, one)
    path = f"/v1/payments/{order['payment']}"
    await people.post(PLATFORM, path, {"complaint": one, "status": "reversed", "sum": SUM, "why": "unknown"})
    late = await told_paid(people, one, order)
    shown = await seen(people, one)
    account = {"account": "622200002222", "reason": "The old one is closed."}
    refused = await refusal(people, CARE_SENIOR, one, f"payments/{order['payment']}/account", **account)
    found = {"stands": "paid", "reason": "The statement of account shows it."}
    low = await refusal(people, CARE_SENIOR, one, f"payments/{order['payment']}/review", **found)
    reviewed = await said(people, CARE_MANAGER, one, f"payments/{order['payment']}/review", **found)
    archived = await talks(people, one, "archived")

    assert late == ["payment_contradicted"]
    assert [each["payment"] for each in shown["needs_review"]] == [order["payment"]]
    assert [clock["name"] for clock in shown["clocks"]] == ["review@1.1"]
    assert (refused, low) == ((409, "payment_contradicted"), (403, "supervisor_only"))
    assert reviewed == ["payment_reviewed", "paid"]
    assert (archived["needs_review"], archived["clocks"]) == ([], [])


async def test_agreement_without_money_is_archived_without_a_payment(people: People) -> None:
    one = await bargaining(people)
    nothing = {"amount": "0.00", "currency": "CNY"}
    unlike = {"reason": "The freight was paid back before.", "remedies": ["apology"]}
    await said(people, CARE_SENIOR, one, "offers", sum=nothing, **unlike)
    await said(people, CARE_SENIOR, one, "offers/1/acceptance")
    await signed(people, one)
    await talks(people, one, "archived")

    assert "payment_instructed" not in await moves(people, one)


async def test_settled_matter_is_raised_when_it_comes_again(people: People) -> None:
    order = f"ORD-{fresh_id().hex[:8]}"
    who = {"name": "Wang", "phone": "+8613911112222"}
    one = await agreed(people, order=order, complainant=who)
    await signed(people, one)
    await talks(people, one, "settled")
    two = await registered(people, complaint(REFUND_ZH, recorder=AGENT.actor, order=order, complainant=who))
    await talks(people, two, "liability_review")

    async def raised() -> bool:
        return bool((await seen(people, two))["settled_matters"] == [one])

    await until(raised, "the settled matter is raised")


async def test_settlement_is_raised_where_its_complaint_was_linked_before(people: People) -> None:
    order = f"ORD-{fresh_id().hex[:8]}"
    who = {"name": "Wang", "phone": "+8613911113333"}
    one = await agreed(people, order=order, complainant=who)
    two = await registered(people, complaint(REFUND_ZH, recorder=AGENT.actor, order=order, complainant=who))
    await talks(people, two, "liability_review")

    async def linked() -> bool:
        return bool((await seen(people, two))["links"] == [one])

    async def raised() -> bool:
        return bool((await seen(people, two))["settled_matters"] == [one])

    await until(linked, "compensation has heard of the link")
    assert not await raised()
    await signed(people, one)
    await until(raised, "the settlement is raised where it was linked")


async def test_english_customer_gets_an_english_agreement(people: People) -> None:
    one = await bargaining(people, REFUND_EN)
    await said(people, CARE_SENIOR, one, "offers", sum=SUM)
    await said(people, CARE_SENIOR, one, "offers/1/acceptance")
    session = await signing_session(people, one)

    assert session["language"] == "en"
    assert (await letter(people, one))["subject"].startswith("Your settlement agreement")


async def test_all_promises_hold_over_all_of_this(people: People) -> None:
    await promises_hold(people.installation)
