"""The steps of a negotiation over HTTP, from a complaint that demands money to its signed and paid settlement."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

import httpx

from tests.system.complaints import complaint, offered, registered, step
from tests.system.installation import until
from tests.system.people import AGENT, CARE_SENIOR, PLATFORM, People, Who, customer

REFUND_ZH: Final = "上周买的电饭煲用了两天就坏了，已经退货，但是多扣了我50元运费，请退款。"
REFUND_EN: Final = "Last week the kettle I bought broke. I have sent it back. I want my 20 GBP refunded."
RUNNING_ZH: Final = "家里从昨天晚上开始一直停水，现在还没来水。请退还上月多收的水费30元。"
PHOTOGRAPH: Final = b"\x89PNG\r\n\x1a\n a photograph of the bill"
SUM: Final = {"amount": "50.00", "currency": "CNY"}
AGREED_WORDS: Final = "The freight is paid back at once."


def path_of(one: str, rest: str = "") -> str:
    return f"/v1/negotiations/{one}/{rest}" if rest else f"/v1/negotiations/{one}"


async def seen(people: People, one: str, who: Who = CARE_SENIOR) -> dict[str, Any]:
    """Return the negotiation as it stands."""
    return await people.get(who, path_of(one))


async def talks(people: People, one: str, state: str) -> dict[str, Any]:
    """Wait until a negotiation has reached a state and return it."""
    last: dict[str, Any] = {}

    async def so() -> dict[str, Any] | None:
        answer = await people.ask(CARE_SENIOR, "GET", path_of(one))
        last["answer"] = answer.json().get("state", answer.status_code)
        return answer.json() if last["answer"] == state else None

    try:
        return await until(so, f"the negotiation of {one} is in {state}")
    except AssertionError:
        raise AssertionError(f"the negotiation of {one} is in {last['answer']}, not in {state}") from None


async def said(people: People, who: Who, one: str, path: str, **body: Any) -> list[str]:
    """Make a move and return the types of the events it led to."""
    answer = await people.post(who, path_of(one, path), body)
    return [name.removeprefix("negotiation.") for name in answer["events"]]


async def refusal(people: People, who: Who, one: str, path: str, **body: Any) -> tuple[int, str]:
    """Make a move that must be refused and return status and rule."""
    answer = await people.ask(who, "POST", path_of(one, path), body=body)
    return answer.status_code, answer.json()["rule"]


async def opened(people: People, narrative: str = REFUND_ZH, **changes: Any) -> str:
    """Return a complaint whose demand opened a round, in the hand of the care desk's senior."""
    one = await registered(people, complaint(narrative, recorder=AGENT.actor, **changes))
    await talks(people, one, "liability_review")
    await offered(people, one, "care")
    await step(people, CARE_SENIOR, one, "handover/acceptance")
    await owned(people, one, CARE_SENIOR)
    return one


async def owned(people: People, one: str, owner: Who) -> None:
    """Wait until compensation has heard whose complaint it is."""

    async def so() -> bool:
        return bool((await seen(people, one))["owner"]["actor"] == owner.actor)

    await until(so, f"compensation has heard who owns {one}")


async def evidence(people: People, one: str, content: bytes = PHOTOGRAPH) -> str:
    """Put a file into the vault and return its hash."""
    client = people.clients["compensation"]
    answer = await client.post(
        path_of(one, "evidence"),
        content=content,
        headers={
            "authorization": f"Bearer {people.token(CARE_SENIOR)}",
            "content-type": "image/png",
        },
    )
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["sha256"]
    assert found == hashlib.sha256(content).hexdigest()
    return found


async def bargaining(people: People, narrative: str = REFUND_ZH, **changes: Any) -> str:
    """Return a complaint for which somebody answers and whose customer has named terms: the company may offer."""
    one = await opened(people, narrative, **changes)
    await made_ready(people, one, CARE_SENIOR)
    return one


async def made_ready(people: People, one: str, owner: Who) -> None:
    """Find liability by cited evidence and record the customer's terms: then the company may offer."""
    photograph = await evidence(people, one)
    cited = [{"sha256": photograph, "origin": "customer"}]
    found = await said(
        people,
        owner,
        one,
        "liability",
        party="ours",
        our_percent=100,
        evidence=cited,
        reason="The bill shows it.",
    )
    named = await said(
        people, owner, one, "terms", demands=[{"kind": "refund", **SUM}], sum=SUM, words="All of it."
    )
    assert (found, named) == (["liability_found"], ["terms_recorded"])


async def agreed(people: People, narrative: str = REFUND_ZH, **changes: Any) -> str:
    """Return a complaint whose customer has taken the company's offer; document and link follow by themselves."""
    one = await bargaining(people, narrative, **changes)
    await made_offer(people, one, CARE_SENIOR)
    await accepted(people, one)
    return one


async def made_offer(people: People, one: str, owner: Who) -> None:
    """Offer the whole sum, and an apology."""
    made = await said(people, owner, one, "offers", sum=SUM, remedies=["apology"], terms=AGREED_WORDS)
    assert made == ["offer_made"]


async def accepted(people: People, one: str) -> None:
    """Take the first offer, as the customer."""
    person = (await seen(people, one))["person"]
    assert await said(people, customer(person), one, "offers/1/acceptance") == ["offer_accepted"]


async def letter(people: People, one: str, number: int = 1) -> dict[str, Any]:
    """Wait for a letter to the customer and return it."""
    file = people.installation.prepared.folder / "mail" / f"{one}-link-{number}.json"

    async def so() -> dict[str, Any] | None:
        return _read(file) if file.exists() else None

    return await until(so, f"letter {number} of {one} is there")


async def payment_order(people: People, one: str, *, besides: dict[str, Any] | None = None) -> dict[str, Any]:
    """Wait for the payment order of a complaint, or for another one than `besides`, and return it."""
    folder = people.installation.prepared.folder / "payments"

    async def so() -> dict[str, Any] | None:
        orders = [_read(file) for file in folder.glob("*.json")]
        return next((order for order in orders if order["complaint"] == one and order != besides), None)

    return await until(so, f"the payment of {one} is ordered")


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def token_of(link: str) -> str:
    """Return the one-time token from a letter's link: it stands in the fragment, which no server is sent."""
    _, _, fragment = link.partition("#")
    return fragment.partition(".")[2]


async def signing_session(people: People, one: str, number: int = 1) -> dict[str, Any]:
    """Exchange the link of a letter for a session, as the page does."""
    found = await letter(people, one, number)

    async def known() -> bool:
        return len((await seen(people, one)).get("links", ())) >= number

    # The letter goes out before the log is told of it, so that nothing can be told and not sent.
    await until(known, f"the log knows link {number} of {one}")
    answer = await people.clients["compensation"].post(
        f"/v1/signing/{one}/session", json={"token": token_of(found["link"])}
    )
    assert answer.is_success, answer.text
    session: dict[str, Any] = answer.json()
    return session


async def as_customer(
    people: People, session: dict[str, Any], method: str, path: str, *, body: Any = None
) -> httpx.Response:
    """Ask with the customer's session."""
    headers = {"authorization": f"Bearer {session['customer_token']}"}
    return await people.clients["compensation"].request(method, path, json=body, headers=headers)


async def signed(people: People, one: str, number: int = 1) -> dict[str, Any]:
    """Sign as the customer and return the session it was done with."""
    session = await signing_session(people, one, number)
    body = {"document": session["document"], "means": "typed", "name": "金丝雀叁", "consent": True}
    answer = await as_customer(people, session, "POST", f"/v1/signing/{one}/signature", body=body)
    assert answer.is_success, answer.text
    return session


async def told_paid(people: People, one: str, order: dict[str, Any]) -> list[str]:
    """Tell that a payment went out, as the platform does."""
    body = {
        "complaint": one,
        "status": "paid",
        "sum": {"amount": order["amount"], "currency": order["currency"]},
    }
    answer = await people.post(PLATFORM, f"/v1/payments/{order['payment']}", body)
    return [name.removeprefix("negotiation.") for name in answer["events"]]
