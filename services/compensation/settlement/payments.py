"""Payment orders: whoever pays finds one file for each payment id, and pays exactly that, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from eventlog.message import Erased
from services.compensation.domain.negotiation.events import PaymentInstructed
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.folders import put_once


class PaymentFolder:
    """Where payment orders wait: `<payment>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def order(self, instructed: PaymentInstructed, payee: Customer | Erased | None) -> None:
        """Put the order there once; the first one under an id stays. Raises Unavailable."""
        known = payee if isinstance(payee, Customer) else None
        document = {
            "payment": instructed.payment,
            "complaint": instructed.complaint,
            "amount": instructed.sum.text,
            "currency": instructed.sum.currency,
            "due": instructed.due.isoformat(),
            "payee": {
                "name": None if known is None else known.name,
                "account": None if known is None else known.payout_account or known.account,
            },
        }
        await asyncio.to_thread(put_once, self._folder, f"{instructed.payment}.json", document)
