"""A negotiation settled for real: PostgreSQL, vault, folders, key and certificate, from terms to archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventlog.aggregate import Aggregate, Catalogue
from eventlog.clock import Clock
from eventlog.ids import derived_id
from eventlog.keys import Keyring, PersonKey
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.message import Command
from eventlog.postgres.log import PostgresLog
from eventlog.postgres.pool import Pool
from eventlog.recorded import Recorded
from services.compensation.domain.negotiation import commands
from services.compensation.outgoing import outgoing
from services.compensation.settlement.archiving import Archiving
from services.compensation.settlement.consent import Consent
from services.compensation.settlement.consents import Consents
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.inviting import Inviting
from services.compensation.settlement.letters import MailFolder
from services.compensation.settlement.links import token_hash
from services.compensation.settlement.payments import PaymentFolder
from services.compensation.settlement.settling import LISTENS_TO, Settling
from services.compensation.settlement.signing import Signer
from services.compensation.settlement.vault import Item, Vault
from tests.unit.compensation import story

STREAM = f"negotiation-{story.COMPLAINT}"
VAULT_KEY = bytes(range(32))
URL = "https://sign.example.org"


@dataclass
class House:
    """The parts of compensation that settle, and the folders they write to."""

    log: EventLog
    vault: Vault
    effects: Effects
    consents: Consents
    inviting: Inviting
    settling: Settling
    mail: Path
    payments: Path
    keys: MemoryKeyStore

    async def do(self, *asked: Command) -> None:
        for command in asked:
            await self.log.execute(STREAM, command, command_id=derived_id("asked", repr(command)))

    async def recorded(self) -> list[Recorded[Any]]:
        return await self.log.history(STREAM)

    async def follow(self, recorded: Recorded[Any], at: datetime) -> None:
        for follow_up in await self.settling.follow_up(recorded, at):
            command_id = derived_id(recorded.id, follow_up.name)
            await self.log.execute(follow_up.stream, follow_up.command, command_id=command_id)

    async def settle_what_is_open(self, at: datetime, after: int = 0) -> int:
        """Run the reaction over the events after a version, and over what it leads to."""
        while fresh := [each for each in await self.recorded() if each.version > after]:
            after = fresh[0].version
            if fresh[0].event.TYPE in LISTENS_TO:
                await self.follow(fresh[0], at)
        return after

    async def sign(self, at: datetime, **typed: Any) -> None:
        """Sign as the customer does at the door: the consent is held first, then the command, then it is kept."""
        kept = await self.consent(at, **typed)
        await self.consents.conclude(story.COMPLAINT, "request-1", kept)

    async def consent(self, at: datetime, **typed: Any) -> str:
        """Sign, and die before the consent is kept; return the consent's digest."""
        (rendered,) = [each.event for each in await self.recorded() if each.event.TYPE.endswith("_rendered")]
        consent = Consent(
            complaint=story.COMPLAINT,
            document=rendered.document,
            language="zh",
            means="drawn" if typed.get("drawing") else "typed",
            name=typed.get("name"),
            drawing=typed.get("drawing"),
            by=story.CUSTOMER,
            at=at,
        )
        kept = await self.consents.hold(consent, cause="request-1")
        await self.do(
            commands.SignAsCustomer(
                at=at,
                by=story.CUSTOMER,
                document=rendered.document,
                link=token_hash(self.letter()["link"].rpartition(".")[2]),
                means=consent.means,
                consent=kept,
            )
        )
        return kept

    def orders(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text(encoding="utf-8")) for file in self.payments.iterdir()]

    def letter(self, number: int = 1) -> dict[str, Any]:
        file = self.mail / f"{story.COMPLAINT}-link-{number}.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found


def house(pool: Pool, folder: Path, certificate: bytes) -> House:
    """Build the parts over a migrated database."""
    keys = MemoryKeyStore()
    keys._keys["a-key"] = PersonKey("a-key", story.PERSON, AESGCM(VAULT_KEY))
    aggregate: Aggregate[Any, Any, Any] = Aggregate(story.DECIDER, outgoing)
    log = EventLog(PostgresLog(pool), Catalogue(aggregate), Keyring(keys, cache_seconds=0), clock=Clock())
    vault = Vault(pool, VAULT_KEY)
    effects = Effects(pool, VAULT_KEY, vault)
    consents = Consents(log, pool, VAULT_KEY, vault)
    signer = Signer(certificate)
    mail, payments = folder / "mail", folder / "payments"
    inviting = Inviting(
        log, effects, MailFolder(mail), company=signer.company, public_url=URL, link=story.POLICY.terms.link
    )
    settling = Settling(
        log,
        effects,
        Archiving(log, vault, effects, signer, consents=consents),
        inviting,
        payments=PaymentFolder(payments),
        document_key=VAULT_KEY,
        company=signer.company,
        payment_term=story.POLICY.terms.payment,
    )
    return House(log, vault, effects, consents, inviting, settling, mail, payments, keys)


async def settled(found: House, *, drawing: bytes | None = None) -> datetime:
    """Bring a negotiation from the register to its archive; return when it ended."""
    return await paid(found, await ordered(found, drawing=drawing))


async def paid(found: House, seen: int) -> datetime:
    """Pay what was ordered and bring it to the archive; return when it ended."""
    (order,) = found.orders()
    at = story.later(days=1, hours=7)
    payment = commands.RecordPayment(
        at=at, by=story.PLATFORM, payment=order["payment"], sum=story.yuan(order["amount"])
    )
    await found.do(payment)
    await found.settle_what_is_open(at + timedelta(days=1), seen)
    return at + timedelta(days=1)


async def ordered(
    found: House, *, register: commands.NoteFact = story.REGISTER, drawing: bytes | None = None
) -> int:
    """Bring a negotiation from the register to its payment order; return the version that was acted on last."""
    signature = await signed_by_customer(found, register=register, drawing=drawing)
    return await found.settle_what_is_open(story.later(hours=9), signature.version - 1)


async def signed_by_customer(
    found: House, *, register: commands.NoteFact = story.REGISTER, drawing: bytes | None = None
) -> Recorded[Any]:
    """Bring a negotiation from the register to the customer's signature, which nobody has acted on yet."""
    at = story.later(hours=7)
    evidence = Item(
        complaint=story.COMPLAINT,
        name="evidence",
        content=b"a photograph",
        media_type="image/jpeg",
        obtained="customer",
        kept_by="carl",
        kept_at=story.NOON,
    )
    await found.vault.put(evidence)
    await found.do(register, story.CLASSIFY, story.FIND, story.TERMS, story.OFFER, story.ACCEPT)
    await found.settle_what_is_open(at)
    await found.sign(at + timedelta(hours=1), name=None if drawing else "李华", drawing=drawing)
    return (await found.recorded())[-1]
