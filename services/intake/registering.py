"""From the public register to the command: ids, the content's hash, and the split of what is personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import rfc8785

from contracts.register import OtherParty, Register
from contracts.register import Product as RegisteredProduct
from eventlog.ids import derived_id, keyed_hash, keyed_id
from eventlog.log import EventLog
from eventlog.message import By
from eventlog.work import Result
from services.intake.domain.complaint import authority
from services.intake.domain.complaint.commands import RegisterComplaint
from services.intake.domain.complaint.people import Complainant, Contact
from services.intake.domain.complaint.values import Attachment, Product
from services.intake.persons import Persons
from shared_kernel.identity import identity_marks
from shared_kernel.money import money

# Not part of "the same content": they tell how the complaint came in, not what it says.
NOT_CONTENT = {"received_at", "recorder", "attachments"}


@dataclass(frozen=True, slots=True)
class Registering:
    """What every door does with a register. One complaint per source, channel and reference."""

    log: EventLog
    persons: Persons
    installation_key: bytes
    hash_key: bytes
    phone_region: str

    async def register(
        self, register: Register, by: By, at: datetime, command_id: UUID | None = None
    ) -> Result:
        """Register the complaint. Raises Refused (`reference_conflict` and others) or Unavailable."""
        # Before the id that knows a repeat: who may not register is refused the second time, too.
        authority.require_front_door(by)
        complaint = self.complaint_id(register)
        person = await self.persons.resolve(self._marks(register))
        command = self._command(register, complaint=complaint, person=person, by=by, at=at)
        # Without an id of the caller's, the content is the id: a redelivery is told at once.
        chosen = command_id or derived_id("register", complaint, command.content_hash)
        return await self.log.execute(f"complaint-{complaint}", command, command_id=chosen, is_new=True)

    def complaint_id(self, register: Register) -> str:
        """Return the complaint's id: registering twice meets the same stream (`architecture.md` 3.15)."""
        return str(keyed_id(self.installation_key, register.source, register.channel, register.reference))

    def _marks(self, register: Register) -> tuple[tuple[str, str], ...]:
        who = register.complainant
        return identity_marks(
            source=register.source,
            account=who.account,
            email=who.email,
            phone=who.phone,
            region=register.jurisdiction[:2] if register.jurisdiction else self.phone_region,
        )

    def _content_hash(self, register: Register) -> str:
        content = register.model_dump(mode="json", exclude=NOT_CONTENT, exclude_none=True)
        return keyed_hash(self.hash_key, rfc8785.dumps(content).decode()).hex()

    def _command(
        self, register: Register, *, complaint: str, person: str, by: By, at: datetime
    ) -> RegisterComplaint:
        who = register.complainant
        return RegisterComplaint(
            at=at,
            by=by,
            complaint=complaint,
            person=person,
            content_hash=self._content_hash(register),
            source=register.source,
            channel=register.channel,
            reference=register.reference,
            received_at=register.received_at,
            recorder=register.recorder,
            complainant=Complainant(
                **who.model_dump(exclude={"tier"}),
                order=register.order,
                serial=register.product.serial if register.product else None,
            ),
            representative=_contact(register.representative),
            third_party=_contact(register.third_party),
            narrative=register.narrative,
            asks_for=register.asks_for,
            tier=who.tier,
            purchases_12m=register.purchases_12m,
            product=_product(register.product),
            merchant=register.merchant,
            site=register.site,
            region=register.region,
            service=register.service,
            jurisdiction=register.jurisdiction,
            time_zone=register.time_zone,
            attachments=tuple(Attachment(each.sha256, each.media_type) for each in register.attachments),
        )


def _contact(party: OtherParty | None) -> Contact | None:
    return None if party is None else Contact(**party.model_dump())


def _product(product: RegisteredProduct | None) -> Product | None:
    if product is None:
        return None
    price = product.price
    return Product(
        name=product.name,
        specification=product.specification,
        batch=product.batch,
        produced_on=product.produced_on,
        in_use_since=product.in_use_since,
        earlier_brand=product.earlier_brand,
        price=None if price is None else money(Decimal(price.amount), price.currency),
    )
