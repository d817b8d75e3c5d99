"""Inviting the customer to sign: a one-time link, kept as an effect, sent in a letter, told to the log as a hash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventlog.log import EventLog
from services.compensation.domain.negotiation.agreement import contents_of
from services.compensation.domain.negotiation.events import SigningLinkIssued
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.letters import Invitation, MailFolder, SignedCopy
from services.compensation.settlement.links import link_for, new_token, token_hash


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """A link that was drawn; the token leaves in the letter and nowhere else."""

    token: str
    expires_at: datetime

    @property
    def token_hash(self) -> str:
        """What the log is told."""
        return token_hash(self.token)


class Inviting:
    """Draws links and sends them; the same cause gives the same link and one letter."""

    def __init__(
        self,
        log: EventLog,
        effects: Effects,
        mail: MailFolder,
        *,
        company: str,
        public_url: str,
        link: timedelta,
    ) -> None:
        self._log = log
        self._effects = effects
        self._mail = mail
        self._company = company
        self._public_url = public_url
        self._lifetime = link

    async def link(self, cause: str, at: datetime) -> Link:
        """Return the link of a cause, drawn at its first asking."""

        async def draw() -> bytes:
            drawn = {"token": new_token(), "expires_at": (at + self._lifetime).isoformat()}
            return json.dumps(drawn).encode()

        kept = json.loads(await self._effects.once(cause, "signing_link", draw))
        return Link(kept["token"], datetime.fromisoformat(kept["expires_at"]))

    async def send(self, stream: str, link: Link, cause: str) -> None:
        """Put the letter with a link into the mail folder, once. Raises Unavailable."""

        async def put() -> bytes:
            await self._put(stream, link)
            return b"sent"

        await self._effects.once(cause, "letter", put)

    async def send_copy(self, stream: str, number: int, pdf: bytes, cause: str) -> None:
        """Put the letter with the agreement both signed into the mail folder, once: every signatory gets a copy."""

        async def put() -> bytes:
            contents = contents_of([recorded.event for recorded in await self._log.history(stream)])
            if contents is not None:
                copy = SignedCopy(
                    complaint=contents.complaint,
                    round=number,
                    language=contents.language,
                    company=self._company,
                    customer=contents.customer if isinstance(contents.customer, Customer) else None,
                    pdf=pdf,
                )
                await self._mail.send_copy(copy)
            return b"sent"

        await self._effects.once(cause, "copy_letter", put)

    async def _put(self, stream: str, link: Link) -> None:
        history = [recorded.event for recorded in await self._log.history(stream)]
        contents = contents_of(history)
        if contents is None:
            return
        # A link may be told to the log before or after its letter is put: it is not counted as its own forerunner.
        earlier = [
            event
            for event in history
            if isinstance(event, SigningLinkIssued) and event.token_hash != link.token_hash
        ]
        invitation = Invitation(
            complaint=contents.complaint,
            language=contents.language,
            company=self._company,
            customer=contents.customer if isinstance(contents.customer, Customer) else None,
            link=link_for(self._public_url, contents.complaint, link.token),
            expires_at=link.expires_at,
        )
        await self._mail.invite(invitation, len(earlier) + 1)
