"""What happens outside the log between agreed and archived, each step kept as an effect before the log is told.

- offer accepted → the agreement is rendered, `RecordDocument`
- document rendered → a one-time link leaves in a letter, `IssueSigningLink`
- customer signed → the extract is made, the company signs, `SignAsCompany`
- payment instructed → the order goes into the payment folder; cancelled → it is called back there
- settled → the customer's copy leaves in a letter
- paid, or settled without payment → the closing extract and the manifest, `Archive`
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from eventlog.ids import keyed_id
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.reactions import FollowUp
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation import commands
from services.compensation.domain.negotiation.agreement import Contents, contents_of, customer_of
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.events import (
    AnyNegotiationEvent,
    CustomerSigned,
    DocumentRendered,
    OfferAccepted,
    Paid,
    PaymentCancelled,
    PaymentInstructed,
    Settled,
)
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.domain.negotiation.records import Settlement
from services.compensation.domain.negotiation.state import Paid as PaidState
from services.compensation.domain.negotiation.state import Settled as SettledState
from services.compensation.domain.negotiation.state import Signing
from services.compensation.domain.negotiation.values import Custodian
from services.compensation.settlement.agreement import Agreement
from services.compensation.settlement.archiving import Archiving
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.inviting import Inviting
from services.compensation.settlement.payments import PaymentFolder
from services.compensation.settlement.vault import Item

if TYPE_CHECKING:
    from services.compensation.settlement.document import Rendered

LISTENS_TO: Final = (
    OfferAccepted.TYPE,
    DocumentRendered.TYPE,
    CustomerSigned.TYPE,
    PaymentInstructed.TYPE,
    PaymentCancelled.TYPE,
    Settled.TYPE,
    Paid.TYPE,
)
CUSTODY: Final = (
    Custodian("vault", "original"),
    Custodian("customer", "copy"),
    Custodian("company", "copy"),
)


class Settling:
    """The runner of the settling reaction: does the input and output, and returns the command that follows.

    `document_key` makes document references that nobody can guess. Run again for the same event it repeats
    nothing. Raises Unavailable while database or folders are away.
    """

    def __init__(
        self,
        log: EventLog,
        effects: Effects,
        archiving: Archiving,
        inviting: Inviting,
        *,
        payments: PaymentFolder,
        document_key: bytes,
        company: str,
        payment_term: timedelta,
    ) -> None:
        self._log = log
        self._effects = effects
        self._archiving = archiving
        self._inviting = inviting
        self._payments = payments
        self._document_key = document_key
        self._company = company
        self._payment_days = payment_term.days

    async def follow_up(self, recorded: Recorded[AnyNegotiationEvent], at: datetime) -> Iterable[FollowUp]:
        """Do what an event calls for outside, once, and return what the log is to be told."""
        match recorded.event:
            case OfferAccepted():
                command = await self._render(recorded, at)
            case DocumentRendered() as rendered:
                command = await self._invite(recorded, rendered, at)
            case CustomerSigned() as signed:
                command = await self._sign(recorded, signed, at)
            case PaymentInstructed() as instructed:
                command = await self._order(recorded, instructed)
            case PaymentCancelled() as cancelled:
                command = await self._call_back(recorded, cancelled)
            case Paid():
                command = await self._archive(recorded, at)
            case Settled() as settled:
                command = await self._conclude(recorded, settled, at)
            case _:
                command = None
        # One event calls for one command at most, so its name tells enough.
        return () if command is None else (FollowUp("settling", recorded.stream, command),)

    async def _render(self, recorded: Recorded[Any], at: datetime) -> Command | None:
        contents = contents_of(await self._history(recorded))
        if contents is None:
            return None
        agreement = self._agreement(contents, recorded.id)
        rendered = await asyncio.to_thread(_rendered, agreement)

        async def item() -> Item:
            return Item(
                complaint=contents.complaint,
                name="document",
                content=rendered.pdf,
                media_type="application/pdf",
                obtained="rendered",
                kept_by=COMPENSATION.actor,
                kept_at=at,
            )

        document = await self._effects.item_once(recorded.id, "document", item)
        return commands.RecordDocument(
            at=at,
            by=COMPENSATION,
            document=document,
            language=agreement.language,
            pages=rendered.pages,
        )

    async def _invite(
        self, recorded: Recorded[Any], rendered: DocumentRendered, at: datetime
    ) -> Command | None:
        state = (await self._log.state(recorded.stream)).state
        if not isinstance(state, Signing) or state.rendering.document != rendered.document:
            return None  # what was rendered is not to be signed any more
        link = await self._inviting.link(recorded.id, at)
        await self._inviting.send(recorded.stream, link, recorded.id)
        return commands.IssueSigningLink(
            at=at,
            by=COMPENSATION,
            document=rendered.document,
            token_hash=link.token_hash,
            expires_at=link.expires_at,
        )

    async def _sign(self, recorded: Recorded[Any], signed: CustomerSigned, at: datetime) -> Command | None:
        done = await self._archiving.settle(recorded, signed, CUSTODY, at)
        return commands.SignAsCompany(
            at=at,
            by=COMPENSATION,
            document=signed.document,
            signed=done.signed,
            certificate=done.certificate,
            extract=done.extract,
            custody=CUSTODY,
        )

    async def _order(self, recorded: Recorded[Any], instructed: PaymentInstructed) -> Command | None:
        async def put() -> bytes:
            state = (await self._log.state(recorded.stream)).state
            payment = state.case.payment(instructed.payment)
            if payment is None or payment.status != "instructed":
                return b"not ordered"  # called back, or told of, before its order was put there
            # Also for a payment of an earlier round, when what is agreed on now is something else or nothing.
            await self._payments.order(instructed, customer_of(await self._history(recorded)))
            return b"ordered"

        # Whoever pays may take the file away: what was ordered once is not put there again.
        await self._effects.once(recorded.id, "payment_order", put)
        return None

    async def _call_back(self, recorded: Recorded[Any], cancelled: PaymentCancelled) -> Command | None:
        async def put() -> bytes:
            await self._payments.call_back(cancelled)
            return b"called back"

        await self._effects.once(recorded.id, "payment_call_back", put)
        return None

    async def _conclude(self, recorded: Recorded[Any], settled: Settled, at: datetime) -> Command | None:
        pdf = await self._archiving.kept(settled.signed)
        await self._inviting.send_copy(recorded.stream, settled.round, pdf, recorded.id)
        return None if settled.sum.amount else await self._archive(recorded, at)

    async def _archive(self, recorded: Recorded[Any], at: datetime) -> Command | None:
        contents = contents_of(await self._history(recorded))
        settlement: Settlement | None = None if contents is None else contents.settlement
        if settlement is None or settlement.round != recorded.event.round:
            return None  # a payment of an earlier round, whose archive stands
        state = (await self._log.state(recorded.stream)).state
        if not isinstance(state, SettledState | PaidState):
            return None  # put away before, or already: evidence that no event names is none
        manifest = await self._archiving.close(recorded, settlement, at)
        return commands.Archive(at=at, by=COMPENSATION, manifest=manifest)

    def _agreement(self, contents: Contents, cause: str) -> Agreement:
        customer = contents.customer if isinstance(contents.customer, Customer) else None
        return Agreement(
            document=str(keyed_id(self._document_key, "settlement document", cause)),
            language=contents.language,
            company=self._company,
            customer=None if customer is None else customer.name,
            complaint=contents.complaint,
            subject=None if customer is None else _subject(customer),
            sum=contents.sum,
            remedies=contents.remedies,
            concessions=contents.concessions,
            terms=contents.terms if isinstance(contents.terms, str) else None,
            payment_days=self._payment_days,
            agreed_at=contents.agreed_at,
        )

    async def _history(self, recorded: Recorded[Any]) -> Sequence[AnyNegotiationEvent]:
        """Return the opened history up to the event: what came after it does not change what it calls for."""
        history = await self._log.history(recorded.stream)
        return [each.event for each in history if each.version <= recorded.version]


def _rendered(agreement: Agreement) -> Rendered:
    # The typesetting library takes a second to load: a service is up before that, and few processes ever render.
    from services.compensation.settlement.document import render  # noqa: PLC0415 - see above

    return render(agreement)


def _subject(customer: Customer) -> str | None:
    parts = [part for part in (customer.product, customer.order) if part]
    return " / ".join(parts) or None
