"""kill -9 at each step between agreed and archived: one document, one signature, one order, one piece of each evidence.

What is done outside the log is kept as an effect before the log is told of it (`architecture.md` 3.4). Gates make
certain where the process dies, so each test dies at its own place every time:

- with an effect done and not yet kept: it is done again, and the first of the two is nowhere;
- with an effect kept and the log not told: the same effect is told;
- with the log told and nobody left to act on it.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Final

from tests.engines import forget_consumers
from tests.system.complaints import told, types
from tests.system.gates import Gate, gate_before_effects, gate_before_log, move_before
from tests.system.installation import LiveInstallation, until
from tests.system.judging import promises_hold
from tests.system.negotiations import (
    accepted,
    bargaining,
    made_offer,
    payment_order,
    signed,
    talks,
    token_of,
    told_paid,
)
from tests.system.people import CARE_SENIOR, People
from tests.system.reading import settled

Move = Callable[[People, str], Coroutine[Any, Any, Any]]


async def paid(people: People, one: str) -> None:
    await told_paid(people, one, await payment_order(people, one))


async def waited(_people: People, _one: str) -> None:
    """Do nothing: compensation goes on by itself."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What compensation does outside the log after an event, and the event it then tells the log.

    `move` is what customer or bank does before.
    """

    name: str
    cause: str
    tells: str | None
    move: Move = waited


# Between agreed and archived, in this order; `TOLD` are the last ones before the log is told.
EFFECTS: Final = (
    Effect("document", "offer_accepted", "document_rendered", accepted),
    Effect("signing_link", "document_rendered", None),
    Effect("letter", "document_rendered", "signing_link_issued"),
    Effect("extract", "customer_signed", None, signed),
    Effect("company_signature", "customer_signed", None),
    Effect("custody", "customer_signed", None),
    Effect("manifest-signature", "customer_signed", "company_signed"),
    Effect("copy_letter", "settled", None),
    Effect("payment_order", "payment_instructed", None),
    Effect("closing-extract", "paid", None, paid),
    Effect("manifest", "paid", "archived"),
)
TOLD: Final = (
    Effect("document", "offer_accepted", "document_rendered", accepted),
    Effect("letter", "document_rendered", "signing_link_issued"),
    Effect("manifest", "customer_signed", "company_signed", signed),
    Effect("manifest", "paid", "archived", paid),
)
ONCE: Final = (
    "offer_accepted",
    "document_rendered",
    "signing_link_issued",
    "customer_signed",
    "company_signed",
    "settled",
    "payment_instructed",
    "paid",
    "archived",
)
IN_VAULT: Final = (
    *("document", "consent", "extract", "chain", "signed", "custody"),
    *("closing-extract", "closing-chain", "manifest", "manifest-signature"),
)


async def offered_all(people: People) -> str:
    """Return a negotiation whose customer may accept, with nothing else under way."""
    one = await bargaining(people)
    await made_offer(people, one, CARE_SENIOR)
    await settled(people.installation)
    return one


async def died(
    installation: LiveInstallation, gate: Gate, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> None:
    """End compensation as a power cut would, with all that waits at the gate, and start it again."""
    compensation = installation.only("compensation")
    compensation.kill()
    await gate.cut_lines()
    if meanwhile is not None:
        await meanwhile()
    # Its session and its lease have run out: how long others wait for that is tested elsewhere (test_killed.py,
    # test_two_instances.py).
    await forget_consumers(installation.engines, installation.topic("compensation"))
    await installation.rows("compensation", "UPDATE eventlog.leader SET leased_till = '-infinity'")
    compensation.start()
    await asyncio.to_thread(compensation.wait_ready)


async def test_died_with_each_effect_done_and_not_kept(
    installation: LiveInstallation, people: People
) -> None:
    one = await offered_all(people)
    async with gate_before_effects(installation) as gate:
        before = partial(move_before, installation, f"negotiation-{one}")
        await before(EFFECTS[0].name)
        for effect, then in zip(EFFECTS, (*EFFECTS[1:], EFFECTS[-1]), strict=True):
            await effect.move(people, one)
            await until(gate.waiting, f"{effect.name} is done and not kept")
            # While nobody runs: who had come to the gate again would keep it from being moved.
            await died(installation, gate, partial(before, then.name))
    await talks(people, one, "archived")

    assert await found_of(people, one) == one_of_each()


async def test_died_with_each_effect_kept_and_the_log_not_told(
    installation: LiveInstallation, people: People
) -> None:
    one = await offered_all(people)
    async with gate_before_log(installation, "compensation") as gate:
        for effect in TOLD:
            moving = asyncio.create_task(effect.move(people, one))
            event = await gate.let_pass_until_said(f"negotiation-{one}", f"negotiation.{effect.cause}")
            await moving
            await until(partial(kept, installation, event, effect.name), f"{effect.name} is kept")
            await until(gate.waiting, f"{effect.tells} waits to be told")
            assert effect.tells not in await types_in_log(installation, one)
            await died(installation, gate)
    await talks(people, one, "archived")

    assert await found_of(people, one) == one_of_each()


async def test_died_with_each_event_told_and_nobody_left_to_act_on_it(
    installation: LiveInstallation, people: People
) -> None:
    one = await offered_all(people)
    async with gate_before_log(installation, "compensation") as gate:
        for effect in TOLD:
            moving = asyncio.create_task(effect.move(people, one))
            await gate.let_pass_until_said(f"negotiation-{one}", f"negotiation.{effect.tells}")
            await moving
            await died(installation, gate)
    await talks(people, one, "archived")

    assert await found_of(people, one) == one_of_each()


async def kept(installation: LiveInstallation, cause: str, effect: str) -> bool:
    rows = await installation.rows(
        "compensation", "SELECT 1 FROM effects WHERE cause = $1 AND name = $2", cause, effect
    )
    return bool(rows)


async def types_in_log(installation: LiveInstallation, one: str) -> list[str]:
    rows = await installation.rows(
        "compensation", "SELECT type FROM eventlog.events WHERE stream = $1", f"negotiation-{one}"
    )
    return [row["type"].removeprefix("negotiation.") for row in rows]


def one_of_each() -> dict[str, int]:
    """Return what an agreement that went to its archive leaves behind, in the log and outside of it."""
    outside = dict.fromkeys(("letters", "copies sent", "payment orders"), 1)
    # A manifest when it is settled, and another one when it is archived.
    vault = {**dict.fromkeys(IN_VAULT, 1), "manifest": 2, "manifest-signature": 2}
    nowhere = {"orphans in the vault": 0, "links nobody was sent": 0}
    return {**dict.fromkeys(ONCE, 1), **outside, **vault, **nowhere}


async def found_of(people: People, one: str) -> dict[str, int]:
    """Count what is there of a negotiation, in the log, the folders and the vault."""
    said = Counter(await types(people, one, "negotiation"))
    folder = people.installation.prepared.folder
    letters = [json.loads(file.read_text("utf-8")) for file in folder.glob(f"mail/{one}-link-*.json")]
    orders = [json.loads(file.read_text("utf-8")) for file in folder.glob("payments/*.json")]
    kept_ = await people.installation.rows(
        "compensation", "SELECT name, count(*) FROM vault_records WHERE complaint = $1 GROUP BY name", one
    )
    vault = {row["name"]: row["count"] for row in kept_}
    ((orphans,),) = await people.installation.rows(
        "compensation",
        "SELECT count(*) FROM vault_items WHERE sha256 NOT IN (SELECT sha256 FROM vault_records)",
    )
    hashes = {each["token_hash"] for each in await told(people, one, "signing_link_issued", "negotiation")}
    sent = {sha256(token_of(each["link"]).encode()).hexdigest() for each in letters}
    return {
        **{kind: said[kind] for kind in ONCE},
        "letters": len(letters),
        "payment orders": sum(order["complaint"] == one for order in orders),
        "copies sent": len(list(folder.glob(f"mail/{one}-copy-*.json"))),
        **{name: vault[name] for name in IN_VAULT},
        "orphans in the vault": orphans,
        "links nobody was sent": len(hashes - sent),
    }


async def test_process_with_a_key_that_opens_nothing_of_the_vault_ends_before_it_keeps_more(
    installation: LiveInstallation, people: People
) -> None:
    await bargaining(people)  # its evidence is in the vault
    key = installation.prepared.folder / "secrets" / "compensation" / "vault.key"
    right = key.read_bytes()
    key.write_bytes(installation.prepared.folder.joinpath("secrets/intake/intake-hash.key").read_bytes())
    other = installation.add("compensation")
    ended = await asyncio.to_thread(other.ended)
    key.write_bytes(right)
    installation.instances["compensation"].remove(other)

    assert ended == 1
    assert b"vault.key_opens_nothing_of_what_the_vault_has" in other.log.read_bytes()


async def test_all_promises_hold_over_all_of_this(installation: LiveInstallation) -> None:
    await promises_hold(installation)
