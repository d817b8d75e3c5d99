"""Letters: the one-time link goes into the mail folder, for whoever sends mail, and to nobody else."""

from __future__ import annotations

import asyncio
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


class MailFolder:
    """Where letters wait to be sent: `<complaint>-link-<n>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def invite(self, invitation: Invitation, number: int) -> None:
        """Put the letter there once; another letter under the number takes the next one. Raises Unavailable."""
        document = _letter(invitation)
        while not await asyncio.to_thread(
            put_once, self._folder, f"{invitation.complaint}-link-{number}.json", document
        ):
            number += 1


def _letter(invitation: Invitation) -> dict[str, object]:
    wording = texts("letters", invitation.language)
    locale = "zh_CN" if invitation.language == "zh" else "en"
    expires = format_datetime(invitation.expires_at, "yyyy-MM-dd HH:mm 'UTC'", locale=locale)
    named = {"complaint": invitation.complaint, "company": invitation.company}
    reached = invitation.customer
    to = {} if reached is None else reached.model_dump(include={"name", "email", "phone", "address"})
    return {
        "to": {name: value for name, value in to.items() if value is not None},
        "language": invitation.language,
        "subject": wording["subject"].format(**named),
        "text": wording["text"].format(**named, link=invitation.link, expires=expires),
        "link": invitation.link,
    }
