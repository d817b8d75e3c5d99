"""Letters: the one-time link and the signed copy go into the mail folder, for whoever sends mail, and to nobody else."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_datetime

from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.agreement import Language
from services.compensation.settlement.folders import put_once
from services.compensation.settlement.wording import texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the letter with a link says. `customer` None: nobody knows (any more) how to reach them."""

    complaint: str
    language: Language
    company: str
    customer: Customer | None
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCopy:
    """What the letter with the customer's copy says; `pdf` is the agreement as both signed it."""

    complaint: str
    round: int
    language: Language
    company: str
    customer: Customer | None
    pdf: bytes


class MailFolder:
    """Where letters wait to be sent: `<complaint>-link-<n>.json`, `<complaint>-copy-<round>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def invite(self, invitation: Invitation, number: int) -> None:
        """Put the letter there once; another letter under the number takes the next one. Raises Unavailable."""
        document = _letter(invitation)
        while not await asyncio.to_thread(
            put_once, self._folder, f"{invitation.complaint}-link-{number}.json", document
        ):
            number += 1

    async def send_copy(self, copy: SignedCopy) -> None:
        """Put the letter with the signed agreement there once. Raises Unavailable."""
        name = f"{copy.complaint}-copy-{copy.round}.json"
        await asyncio.to_thread(put_once, self._folder, name, _copy(copy))


def _copy(copy: SignedCopy) -> dict[str, object]:
    wording = texts("letters", copy.language)
    named = {"complaint": copy.complaint, "company": copy.company}
    attached = {
        "name": f"agreement-{copy.complaint}.pdf",
        "media_type": "application/pdf",
        "content": b64encode(copy.pdf).decode(),
    }
    return {
        "to": _reached(copy.customer),
        "language": copy.language,
        "subject": wording["copy_subject"].format(**named),
        "text": wording["copy_text"].format(**named),
        "attachments": [attached],
    }


def _letter(invitation: Invitation) -> dict[str, object]:
    wording = texts("letters", invitation.language)
    locale = "zh_CN" if invitation.language == "zh" else "en"
    expires = format_datetime(invitation.expires_at, "yyyy-MM-dd HH:mm 'UTC'", locale=locale)
    named = {"complaint": invitation.complaint, "company": invitation.company}
    return {
        "to": _reached(invitation.customer),
        "language": invitation.language,
        "subject": wording["subject"].format(**named),
        "text": wording["text"].format(**named, link=invitation.link, expires=expires),
        "link": invitation.link,
    }


def _reached(customer: Customer | None) -> dict[str, str]:
    to = {} if customer is None else customer.model_dump(include={"name", "email", "phone", "address"})
    return {name: value for name, value in to.items() if value is not None}
