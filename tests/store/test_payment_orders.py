"""Payment orders on a real vault: whom they name, and where the money goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eventlog.postgres.pool import Pool
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.signing import new_signing_certificate
from tests.store.settling import House, house, ordered, settled
from tests.unit.compensation import story

PEM = new_signing_certificate("晨星家电有限公司")


@pytest.fixture
def pool(compensation_pool: Pool) -> Pool:
    return compensation_pool


@pytest.fixture
def found(pool: Pool, tmp_path: Path) -> House:
    return house(pool, tmp_path, PEM)


@pytest.mark.parametrize(
    ("customer", "account"),
    [
        (Customer(name="Li Hua", payout_account="PAYOUT-1", account="OWN-1"), "PAYOUT-1"),
        (Customer(name="Li Hua", account="OWN-1"), None),
        (Customer(name="Li Hua"), None),
    ],
)
async def test_order_goes_to_the_payout_account_and_to_no_other(
    found: House, customer: Customer, account: str | None
) -> None:
    await ordered(found, register=replace(story.REGISTER, customer=customer))

    (order,) = found.orders()
    told = {"name": "Li Hua", "account": account, "account_at_source": customer.account}
    assert order["payee"] == told
    assert (order["amount"], order["currency"]) == ("400.00", "CNY")


async def test_order_names_nobody_when_the_register_did_not(found: House) -> None:
    await ordered(found, register=replace(story.REGISTER, customer=None))

    (order,) = found.orders()
    assert order["payee"] == {"name": None, "account": None, "account_at_source": None}


async def test_order_for_whoever_was_erased_names_nobody_and_no_account(found: House) -> None:
    await ordered(found)
    (instructed,) = [each for each in await found.recorded() if each.event.TYPE.endswith("_instructed")]
    (first,) = found.payments.iterdir()
    first.unlink()
    await found.keys.erase(story.PERSON)
    (erased,) = [each for each in await found.recorded() if each.version == instructed.version]

    # Under a cause of its own, as if the reaction had not come to it before the erasure.
    await found.settling.follow_up(replace(erased, version=10_000), story.later(days=1))

    (order,) = found.orders()
    assert order["payee"] == {"name": None, "account": None, "account_at_source": None}


async def test_order_after_a_reversal_goes_to_the_account_named_since(found: House) -> None:
    await settled(found)
    (first,) = found.orders()
    seen = len(await found.recorded())
    back = commands.ReversePayment(
        at=story.later(days=4), by=story.PLATFORM, payment=first["payment"], why="account_closed"
    )
    await found.do(back)
    seen = await found.settle_what_is_open(story.later(days=5), seen)
    waiting = found.orders()
    await found.do(
        replace(story.name_account(story.archived), payment=first["payment"], at=story.later(days=6))
    )
    await found.settle_what_is_open(story.later(days=7), seen)
    (again,) = [order for order in found.orders() if order["payment"] != first["payment"]]

    assert waiting == [first]
    assert (again["payee"]["name"], again["payee"]["account"]) == ("Li Hua", "6222 0000 2222")
    assert (again["complaint"], again["amount"]) == (first["complaint"], first["amount"])


async def test_order_in_place_of_what_went_out_after_all_is_called_back(found: House) -> None:
    again = await told_paid_after_all(found, seen_before=True)

    assert [order for order in found.orders() if order["payment"] == again["payment"]] == [
        {"payment": again["payment"], "complaint": again["complaint"], "cancelled": True}
    ]


async def test_order_called_back_before_it_was_put_there_is_never_put_there(found: House) -> None:
    again = await told_paid_after_all(found, seen_before=False)

    assert [order for order in found.orders() if order["payment"] == again["payment"]] == [
        {"payment": again["payment"], "complaint": again["complaint"], "cancelled": True}
    ]


async def told_paid_after_all(found: House, *, seen_before: bool) -> dict[str, str]:
    """Let the first payment come back, another be instructed, and the first be told as paid; return the other."""
    await settled(found)
    (first,) = found.orders()
    seen = len(await found.recorded())
    back = commands.ReversePayment(
        at=story.later(days=4), by=story.PLATFORM, payment=first["payment"], why="account_closed"
    )
    await found.do(back)
    await found.do(
        replace(story.name_account(story.archived), payment=first["payment"], at=story.later(days=5))
    )
    if seen_before:
        seen = await found.settle_what_is_open(story.later(days=6), seen)
    await found.do(replace(story.pay(story.settled), payment=first["payment"], at=story.later(days=6)))
    await found.settle_what_is_open(story.later(days=7), seen)
    history = [each.event for each in await found.recorded()]
    (cancelled,) = [each for each in history if each.TYPE == "negotiation.payment_cancelled"]
    return {"payment": cancelled.payment, "complaint": first["complaint"]}
