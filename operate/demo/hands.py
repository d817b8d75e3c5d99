"""What customers and payers do with what lies in their folders: open the letter and sign, carry out the order."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from operate.demo.case import Case, Pay, Sign
from operate.demo.cast import PAYMASTER, SUPERVISOR
from operate.demo.doors import Answer, Doors
from operate.demo.pen import drawn
from operate.errors import OperateError

_SERVICE: Final = "compensation"
ACCOUNT_CLOSED: Final = "account_closed"
OTHER_ACCOUNT: Final = "00-000-1"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where compensation puts letters and payment orders."""

    mail: Path
    payments: Path


@dataclass(frozen=True, slots=True)
class Done:
    """What a door said to something done by hand: its name, and the rule by which it should have said no."""

    door: str
    answer: Answer
    expects: str = ""


class Hands:
    """The customers' and the payers' hands in one installation."""

    def __init__(self, doors: Doors, folders: Folders) -> None:
        self._doors = doors
        self._folders = folders
        self.letters: set[str] = set()

    async def sign(self, case: Case, turn: Sign) -> list[Done]:
        """Open the newest letter, exchange the link's token, and sign or decline. Raises OperateError."""
        letter = await asyncio.to_thread(self._letter, case.complaint)
        token = str(letter["link"]).partition("#")[2].partition(".")[2]
        path = f"/v1/signing/{case.complaint}"
        session = await self._doors.post_with(None, _SERVICE, f"{path}/session", {"token": token})
        if not session.is_well:
            return [Done("session", session)]
        entered, document = str(session.document["customer_token"]), session.document["document"]
        if turn.declines:
            body = {"document": document, "reason": case.said("unsigned")}
            refused = await self._doors.post_with(entered, _SERVICE, f"{path}/refusal", body)
            return [Done("session", session), Done("signature declined", refused)]
        signature = {"document": document, "means": turn.means, "consent": True, **_signature(case, turn)}
        signed = await self._doors.post_with(entered, _SERVICE, f"{path}/signature", signature)
        done = [Done("session", session), Done("signature", signed)]
        if turn.tries_link_again:
            again = await self._doors.post_with(None, _SERVICE, f"{path}/session", {"token": token})
            done.append(Done("session", again, expects="link_spent"))
        return done

    async def pay(self, case: Case, turn: Pay) -> list[Done]:
        """Read the order and report what became of it. Raises OperateError when there is no order.

        For what came back another account is named.
        """
        order = await asyncio.to_thread(self._order, turn.payment)
        amount = str(order["amount"]) if not turn.expects else _more(str(order["amount"]))
        paid = {
            "complaint": case.complaint,
            "status": "paid",
            "sum": {"amount": amount, "currency": order["currency"]},
        }
        done = [Done("payment", await self._report(turn, paid), turn.expects)]
        if turn.comes_back:
            reversed_ = {**paid, "status": "reversed", "why": ACCOUNT_CLOSED}
            done.append(Done("payment reversed", await self._report(turn, reversed_)))
            done.append(Done("account", await self._name_account(case, turn)))
        return done

    async def _report(self, turn: Pay, body: Mapping[str, Any]) -> Answer:
        return await self._doors.post(PAYMASTER, _SERVICE, f"/v1/payments/{turn.payment}", body)

    async def _name_account(self, case: Case, turn: Pay) -> Answer:
        path = f"/v1/negotiations/{case.complaint}/payments/{turn.payment}/account"
        body = {"account": OTHER_ACCOUNT, "reason": case.said("other_account")}
        return await self._doors.post(SUPERVISOR, _SERVICE, path, body)

    def orders(self) -> list[Mapping[str, Any]]:
        """Return every payment order in the folder."""
        return [_read(path) for path in sorted(self._folders.payments.glob("*.json"))]

    def _order(self, payment: str) -> Mapping[str, Any]:
        return _read(self._folders.payments / f"{payment}.json")

    def _letter(self, complaint: str) -> Mapping[str, Any]:
        letters = sorted(self._folders.mail.glob(f"{complaint}-link-*.json"), key=_number)
        if not letters:
            raise OperateError("A customer waits for a letter that is not there.", "Please report this.")
        self.letters.add(letters[-1].name)
        return _read(letters[-1])


def _signature(case: Case, turn: Sign) -> dict[str, str]:
    name = str(case.tale.register["complainant"].get("name") or case.tale.reference)
    if turn.means == "typed":
        return {"name": name}
    return {"drawing": b64encode(drawn(name)).decode()}


def _more(amount: str) -> str:
    """Return a sum that is not the agreed one."""
    whole, _, rest = amount.partition(".")
    return f"{int(whole) + 1}{rest and '.' + rest}"


def _number(letter: Path) -> int:
    return int(letter.stem.rpartition("-")[2])


def _read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
