"""People who complain in earnest and for a living, and the steps of a flag's life over HTTP."""

from __future__ import annotations

import itertools
from typing import Any, Final

from tests.system.complaints import complaint, events, registered, view
from tests.system.installation import until
from tests.system.people import AGENT, People, Who

REVIEWER: Final = Who("reviewer-1", ("reviewer",))
OTHER_REVIEWER: Final = Who("reviewer-2", ("reviewer",))
# An agent who judges flags besides: never those of persons whose complaints were hers.
AGENT_AND_REVIEWER: Final = Who(AGENT.actor, ("agent", "reviewer"), AGENT.desk)

SERIAL_ZH: Final = (
    "本人在{shop}购买的{thing}属虚假宣传，构成欺诈，依据《消费者权益保护法》第五十五条，"
    "要求退一赔三，限三日内处理，否则投诉举报。"
)
IN_EARNEST: Final = (
    ("Bakery", "bread", "The bread I bought yesterday was mouldy on one side. Please exchange it."),
    ("Shoe Barn", "boots", "The left heel came off last week, on the stairs at work. I would like an apology."),
    ("Print Shop", "photo book", "Two pages of my photo book were bound upside down. Can you print it again?"),
    ("Book Nook", "atlas", "The atlas arrived with a torn cover, although the parcel was in good order."),
    ("Tea House", "kettle", "The lid of the kettle I bought last month never closed. Please exchange it."),
)  # fmt: skip

_phones = itertools.count(1)


def phone() -> str:
    """Return a number that nobody else in a test has."""
    return f"+8613855{next(_phones):06}"


async def bought(people: People, number: str, purchase: tuple[str, str], narrative: str, **more: Any) -> str:
    """Register a complaint about a purchase by whoever has this phone, and return its id."""
    shop, thing = purchase
    usual: dict[str, Any] = {
        "complainant": {"name": "Canary Featherstone 9", "phone": number},
        "merchant": shop,
        "product": {"name": thing, "price": {"amount": "39.90", "currency": "CNY"}},
        "recorder": AGENT.actor,
    }
    return await registered(people, complaint(narrative, **{**usual, **more}))


async def serial(people: People, number: str, count: int = 3, **more: Any) -> list[str]:
    """Register complaints in one wording about as many shops, one after the other, and return their ids."""
    shops = [(f"店铺{each}号", f"商品{each}款") for each in range(1, count + 1)]
    return [
        await bought(people, number, (shop, thing), SERIAL_ZH.format(shop=shop, thing=thing), **more)
        for shop, thing in shops
    ]


async def person_of(people: People, one: str) -> str:
    """Return who complains."""
    return str((await view(people, one))["person"])


async def flags_of(people: People, person: str) -> dict[str, Any]:
    """Return a person's flags with score and bill; empty while blacklist has not heard of the person."""
    answer = await people.ask(REVIEWER, "GET", f"/v1/flags/{person}")
    found: dict[str, Any] = answer.json() if answer.is_success else {"flags": [], "complaint_count": 0}
    return found


async def proposed(people: People, number: str, **more: Any) -> tuple[str, list[str]]:
    """Return a person for whom software has proposed a flag, and the complaints that led to it."""
    ones = await serial(people, number, **more)
    person = await person_of(people, ones[0])

    async def so() -> bool:
        return bool((await flags_of(people, person))["flags"])

    await until(so, f"a flag of {person} is proposed")
    return person, ones


async def judged(people: People, who: Who, person: str, path: str, **body: Any) -> list[str]:
    """Take a step on a person's flags and return the types of the events it led to."""
    answer = await people.post(who, f"/v1/flags/{person}/{path}", body)
    return [name.removeprefix("flag.") for name in answer["events"]]


async def refusal(people: People, who: Who, person: str, path: str, **body: Any) -> str:
    """Take a step that must be refused and return the rule."""
    answer = await people.ask(who, "POST", f"/v1/flags/{person}/{path}", body=body)
    assert answer.is_client_error, answer.text
    return str(answer.json()["rule"])


async def shown(people: People, one: str, *states: str) -> list[dict[str, Any]]:
    """Wait until intake shows the desk flags in these states on a complaint, and return them."""

    async def so() -> tuple[list[dict[str, Any]]] | None:
        found = (await view(people, one))["flags"]
        return (found,) if [flag["state"] for flag in found] == list(states) else None

    return (await until(so, f"{one} shows flags in the states {states}"))[0]


async def last_route(people: People, one: str, rule: str, *, other: bool = False) -> dict[str, Any]:
    """Wait until the last route of a complaint follows from this rule, or with `other` from any other."""

    async def so() -> dict[str, Any] | None:
        answer = await people.ask(AGENT, "GET", f"/v1/escalations/{one}")
        if not answer.is_success:
            return None
        said = [event["data"] for event in await events(people, one, "escalation")
                if event["type"] == "escalation.routed"]  # fmt: skip
        return said[-1] if said and (said[-1]["rule"] == rule) != other else None

    return await until(so, f"the last route of {one} is {'not ' if other else ''}by {rule}")
