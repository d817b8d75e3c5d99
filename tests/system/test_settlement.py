"""From a demand for money to the archive, over four services as processes of their own.

The lines of `events.md` for the negotiation that the whole chain passes (U = also in the unit tests of the
aggregate; the kills between agreed and archived are in `test_settlement_killed.py`):

| line | where |
|---|---|
| noted | test_running_loss… (R3 in judging: heard in order); U |
| opened by classification; service first; harm_status_noted | test_running_loss…; U |
| liability_found with cited evidence, terms_recorded, offer_made, offer_accepted | test_running_loss…; U |
| document_rendered, signing_link_issued, customer_signed, company_signed, settled | test_running_loss…; U |
| agreement_lapsed | tests/system/test_timers.py; U |
| payment_instructed, paid, archived | test_running_loss…, test_other_sum…; U |
| intake: answered settled, return visit, closed settled; escalation and blacklist note it | test_running_loss…; U |
| settled_matter_raised | test_settled_matter…; U |
| approval, limits, expiry, rest, referral, refusal, withdrawal, rounds | tests/integration/test_compensation_flow.py; U |
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from operate.settings import REPOSITORY, own_environment
from tests.system.complaints import (
    CANARY_NAMES,
    complaint,
    noted,
    offered,
    registered,
    standing,
    step,
    told,
    types,
    view,
)
from tests.system.flags import flags_of
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.negotiations import (
    REFUND_EN,
    REFUND_ZH,
    RUNNING_ZH,
    SUM,
    accepted,
    agreed,
    letter,
    made_offer,
    made_ready,
    owned,
    path_of,
    payment_order,
    refusal,
    seen,
    signed,
    signing_session,
    talks,
    token_of,
    told_paid,
)
from tests.system.people import AGENT, CARE_SENIOR, PLATFORM, URGENT_LEAD, VISITOR, People, customer

CHAIN = [
    "opened",
    "harm_status_noted",
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


async def said_of(people: People, one: str) -> list[str]:
    """Return what compensation has said of a complaint in public, in order."""
    return [name for name in await types(people, one, "negotiation") if name != "noted"]


async def document_of(people: People, one: str, token: str | None = None) -> httpx.Response:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return await people.clients["compensation"].get(path_of(one, "document"), headers=headers)


async def brought_to_archive(people: People, one: str) -> dict[str, Any]:
    """Let customer, company and bank do their part after the agreement, and return the payment order."""
    await signed(people, one)
    order = await payment_order(people, one)
    await told_paid(people, one, order)
    await talks(people, one, "archived")
    return order


def checked(bundle: bytes, folder: Path) -> dict[str, Any]:
    """Check a bundle as anybody can: with the command, offline."""
    file = folder / "bundle.zip"
    file.write_bytes(bundle)
    done = subprocess.run(
        [sys.executable, "-m", "operate.cli", "evidence", "check", str(file), "--json"],
        cwd=REPOSITORY,
        env=own_environment(),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


async def test_running_loss_is_stopped_first_then_settled_signed_paid_and_closed(
    people: People, tmp_path: Path
) -> None:
    one = await registered(people, complaint(RUNNING_ZH, recorder=AGENT.actor))
    await talks(people, one, "service_first")
    await offered(people, one, "urgent")
    await step(people, URGENT_LEAD, one, "handover/acceptance")
    await owned(people, one, URGENT_LEAD)
    too_early = await refusal(people, URGENT_LEAD, one, "offers", sum=SUM)
    await step(people, URGENT_LEAD, one, "harm-stopped", how="A fitter was there.")
    await talks(people, one, "liability_review")
    await made_ready(people, one, URGENT_LEAD)
    await made_offer(people, one, URGENT_LEAD)
    await accepted(people, one)
    await talks(people, one, "signing")
    order = await brought_to_archive(people, one)
    answered = await standing(people, one, stage="answered")
    await step(people, VISITOR, one, "return-visits", reached=True, solved=True, perceived=5, expected=3)
    closed = await standing(people, one, stage="closed")
    at_escalation = await noted(people, one, "settled")
    found = await seen(people, one)
    bundle = await people.ask(CARE_SENIOR, "GET", path_of(one, "bundle"))

    assert too_early[1] == "service_need_first"
    assert await said_of(people, one) == CHAIN
    assert (order["amount"], order["currency"]) == (SUM["amount"], SUM["currency"])
    assert order["payee"]["name"].startswith(CANARY_NAMES)
    assert (answered["outcome"], closed["outcome"]) == ("settled", "settled")
    assert at_escalation["sum"] == SUM
    assert await heard_by_blacklist(people, one, found["person"])
    assert {each["holder"] for each in found["custody"]} >= {"customer", "company"}
    assert checked(bundle.content, tmp_path)["whole"] is True


async def heard_by_blacklist(people: People, one: str, person: str) -> bool:
    """Wait until blacklist knows that a complaint was settled."""

    async def so() -> bool:
        complaints = (await flags_of(people, person)).get("complaints", [])
        return any(each["complaint"] == one and each["settled_at"] for each in complaints)

    return await until(so, f"blacklist has heard that {one} was settled")


async def test_document_is_shown_to_its_customer_and_staff_and_to_nobody_else(people: People) -> None:
    one, other = await agreed(people, REFUND_EN), await agreed(people)
    session, stranger = await signing_session(people, one), await signing_session(people, other)
    person = (await seen(people, one))["person"]
    mine = await document_of(people, one, session["customer_token"])
    refused = [
        await document_of(people, one),
        await document_of(people, one, stranger["customer_token"]),
        await document_of(people, one, people.token(customer(person))),
        await document_of(people, one, people.token(PLATFORM)),
    ]
    staff = await document_of(people, one, people.token(CARE_SENIOR))

    assert (mine.status_code, mine.headers["content-type"]) == (200, "application/pdf")
    assert hashlib.sha256(mine.content).hexdigest() == session["document"]
    assert [answer.status_code for answer in refused] == [401, 401, 403, 403]
    assert staff.content == mine.content
    assert session["language"] == "en"


async def test_link_signs_once_and_leads_to_the_company_signature_over_the_same_bytes(people: People) -> None:
    one = await agreed(people)
    link = token_of((await letter(people, one))["link"])
    door, path = people.clients["compensation"], f"/v1/signing/{one}/session"
    guessed = await door.post(path, json={"token": "x" * len(link)})
    session = await signed(people, one)
    await talks(people, one, "settled")
    again = await door.post(path, json={"token": link})
    unsigned_hash = (await told(people, one, "document_rendered", "negotiation"))[0]["document"]
    (company,) = await told(people, one, "company_signed", "negotiation")
    pdf = (await document_of(people, one, people.token(CARE_SENIOR))).content

    assert (again.status_code, again.json()["rule"]) == (409, "link_spent")
    assert guessed.json()["rule"] == "link_unknown"
    assert (session["document"], company["document"]) == (unsigned_hash, unsigned_hash)
    assert hashlib.sha256(pdf).hexdigest() == company["signed"]
    assert unsigned_hash.encode() in pdf
    assert link.encode() not in b"".join(people.installation.logs().values())


async def test_other_sum_than_agreed_is_no_payment_and_one_told_twice_is_one(people: People) -> None:
    one = await agreed(people)
    await signed(people, one)
    order = await payment_order(people, one)
    path, body = f"/v1/payments/{order['payment']}", {"complaint": one, "status": "paid"}
    less = await people.ask(PLATFORM, "POST", path, body={**body, "sum": {**SUM, "amount": "49.00"}})
    by_staff = await people.ask(CARE_SENIOR, "POST", path, body={**body, "sum": SUM})
    said_once, said_twice = await told_paid(people, one, order), await told_paid(people, one, order)
    await talks(people, one, "archived")

    assert less.json()["rule"] == "payment_not_as_agreed"
    assert by_staff.json()["rule"] == "platform_only"
    assert (said_once, said_twice) == (["paid"], [])
    assert (await said_of(people, one))[-3:] == ["payment_instructed", "paid", "archived"]


async def test_settled_matter_is_raised_when_the_same_order_comes_again(people: People) -> None:
    body = complaint(REFUND_ZH, order="ORD-9001")
    one = await agreed(people, order="ORD-9001", complainant=body["complainant"])
    await brought_to_archive(people, one)
    again = await registered(people, body)

    async def raised() -> list[dict[str, Any]]:
        answer = await people.ask(CARE_SENIOR, "GET", path_of(again, "history"))
        known = answer.json()["events"] if answer.is_success else []
        return [each["data"] for each in known if each["type"] == "negotiation.settled_matter_raised"]

    (matter,) = await until(raised, f"the settled matter of {again} is raised")

    async def shown() -> dict[str, Any] | None:
        found: dict[str, Any] | None = (await view(people, again))["settled_before"]
        return found

    before = await until(shown, "intake shows the desk what was settled")
    (settlement,) = await told(people, one, "settled", "negotiation")

    assert (matter["other"], matter["document"]) == (one, settlement["document"])
    assert (before["other"], before["document"]) == (one, settlement["document"])
    assert (await talks(people, again, "liability_review"))["settled_matters"] == [one]


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    evidence = await promises_hold(installation)

    assert [row for row in evidence.logs["compensation"].rows if row.type == "negotiation.archived"]
