"""Complaints as customers bring them in tests, in both languages, and the steps of their life over HTTP."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any, Final

from eventlog.clock import Clock
from tests.system.installation import until
from tests.system.people import AGENT, CARE_SENIOR, VISITOR, People, Who

ONGOING_ZH: Final = "我家从昨天晚上开始一直停水，到现在还没有来水，请马上派人处理。"
ONGOING_EN: Final = (
    "The heating in my flat has been off since Monday and it is still off. Please send someone today."
)
PAST_ZH: Final = "上个月多扣了我50元运费，虽然已经退回来了，但是客服拖了十天不理我，我要求道歉。"
PAST_EN: Final = (
    "Last month I was charged twice for order 4471. The second charge of 20 GBP was refunded, "
    "but I was ignored for ten days. I want an apology."
)
RUDE_ZH: Final = "昨天在门店结账时店员态度很差，对我大喊大叫，我要求道歉。"
RUDE_EN: Final = "Yesterday the cashier at your shop was rude to me. I would like an apology."
REGULATOR_ZH: Final = "上个月的话费多扣了30元，我已经向市场监管局12315投诉了，你们必须退还多扣的钱。"
THREAT_ZH: Final = "如果再不处理，我就去消费者协会投诉，并且找记者曝光。上个月多收了我30元话费。"

# Personal on purpose and found nowhere else: what must never lie in clear in a log, a topic or a database.
CANARY_NAMES: Final = ("金丝雀叁", "Canary Featherstone")
CANARY_PHONE: Final = "+8613912345"

_numbers = itertools.count(1)


def now() -> datetime:
    return Clock().now()


def complaint(narrative: str, /, **changes: Any) -> dict[str, Any]:
    """Return a register of a new person with a reference of its own; `changes` win, None leaves out."""
    number = next(_numbers)
    body: dict[str, Any] = {
        "source": "call-centre",
        "channel": "phone",
        "reference": f"R-{number:06}",
        "received_at": now().isoformat(),
        "complainant": {
            "name": f"{CANARY_NAMES[number % 2]} {number}",
            "phone": f"{CANARY_PHONE}{number:04}",
        },
        "narrative": narrative,
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


async def registered(people: People, body: dict[str, Any], who: Who = AGENT) -> str:
    """Return the id of a complaint that was just taken in and acknowledged."""
    answer = await people.post(who, "/v1/complaints", body)
    return str(answer["complaint"])


async def view(people: People, one: str) -> dict[str, Any]:
    """Return the complaint as it stands."""
    return await people.get(AGENT, f"/v1/complaints/{one}")


async def step(people: People, who: Who, one: str, path: str, **body: Any) -> list[str]:
    """Take a step on a complaint and return the types of the events it led to."""
    answer = await people.post(who, f"/v1/complaints/{one}/{path}", body or None)
    return [name.removeprefix("complaint.") for name in answer["events"]]


async def events(people: People, one: str, of: str = "complaint") -> list[dict[str, Any]]:
    """Return all events of a complaint, of its escalation or negotiation, or of a group."""
    places = {
        "complaint": "complaints",
        "escalation": "escalations",
        "group": "groups",
        "negotiation": "negotiations",
    }
    found = await people.get(CARE_SENIOR, f"/v1/{places[of]}/{one}/history")
    told: list[dict[str, Any]] = found["events"]
    return told


async def types(people: People, one: str, of: str = "complaint") -> list[str]:
    """Return the types of all events, in order."""
    return [event["type"].removeprefix(f"{of}.") for event in await events(people, one, of)]


async def told(people: People, one: str, kind: str, of: str = "complaint") -> list[dict[str, Any]]:
    """Return the data of all events of a type, in order."""
    return [event["data"] for event in await events(people, one, of) if event["type"] == f"{of}.{kind}"]


async def heard(people: People, one: str, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until escalation has said something of a complaint `count` times, and return the data."""

    async def so() -> list[dict[str, Any]]:
        answer = await people.ask(CARE_SENIOR, "GET", f"/v1/escalations/{one}/history")
        known = answer.json()["events"] if answer.is_success else []
        found = [event["data"] for event in known if event["type"] == f"escalation.{kind}"]
        return found if len(found) >= count else []

    return await until(so, f"escalation has said {kind} of {one} {count} times")


async def noted(people: People, one: str, kind: str) -> dict[str, Any]:
    """Wait until escalation has noted a fact of a complaint, and return the fact."""

    async def so() -> dict[str, Any] | None:
        facts = [data["fact"] for data in await heard(people, one, "noted")]
        return next((fact for fact in facts if fact["kind"] == kind), None)

    return await until(so, f"escalation has noted {kind} of {one}")


async def standing(people: People, one: str, **wanted: Any) -> dict[str, Any]:
    """Wait until a complaint stands as wanted (members of its view) and return it."""

    async def so() -> dict[str, Any] | None:
        found = await view(people, one)
        return found if all(found[name] == value for name, value in wanted.items()) else None

    return await until(so, f"{one} has {wanted}")


async def offered(people: People, one: str, desk: str) -> dict[str, Any]:
    """Wait until a complaint is offered to a desk and return the offer."""

    async def so() -> dict[str, Any] | None:
        offer: dict[str, Any] | None = (await view(people, one))["offered"]
        return offer if offer is not None and offer["desk"] == desk else None

    return await until(so, f"{one} is offered to {desk}")


async def closed_well(people: People, one: str, owner: Who) -> None:
    """Bring a complaint that is in its owner's hand to its end: answered, visited as solved, closed."""
    await step(people, owner, one, "answer", text="It is settled.")
    await step(people, VISITOR, one, "return-visits", reached=True, solved=True, perceived=4, expected=3)
    await standing(people, one, stage="closed")
