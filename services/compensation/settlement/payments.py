"""Payment orders: whoever pays finds one file for each payment id, and pays exactly that, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from eventlog.message import Erased, Personal
from services.compensation.domain.negotiation.events import PaymentCancelled, PaymentInstructed
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.folders import put_once


class PaymentFolder:
    """Where payment orders wait: `<payment>.json`; `<payment>.cancelled.json` calls one back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def call_back(self, cancelled: PaymentCancelled) -> None:
        """Take an order away that is still there, and say beside it, for whoever took it, that it holds no more."""
        document = {"payment": cancelled.payment, "complaint": cancelled.complaint, "cancelled": True}
        await asyncio.to_thread(put_once, self._folder, f"{cancelled.payment}.cancelled.json", document)
        order = self._folder / f"{cancelled.payment}.json"
        await asyncio.to_thread(order.unlink, missing_ok=True)

    async def order(self, instructed: PaymentInstructed, payee: Personal[Customer] | None) -> None:
        """Put the order there once; the first one under an id stays. Raises Unavailable.

        It goes to the account the instruction names, else to the register's payout account. What the register names
        as the customer's account at its source (a shop's, a meter's) is told apart: whoever pays may credit it, and
        must not take it for a bank's. Who is erased has neither name nor account.
        """
        known = payee if isinstance(payee, Customer) else None
        document = {
            "payment": instructed.payment,
            "complaint": instructed.complaint,
            "amount": instructed.sum.text,
            "currency": instructed.sum.currency,
            "due": instructed.due.isoformat(),
            "payee": {
                "name": None if known is None else known.name,
                "account": _account(instructed, known),
                "account_at_source": None if known is None else known.account,
            },
        }
        await asyncio.to_thread(put_once, self._folder, f"{instructed.payment}.json", document)


def _account(instructed: PaymentInstructed, payee: Customer | None) -> str | None:
    if instructed.account is not None:
        return None if isinstance(instructed.account, Erased) else instructed.account
    return None if payee is None else payee.payout_account
