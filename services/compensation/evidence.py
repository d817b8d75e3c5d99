"""The settlement's machinery put together from the settings: vault, effects, letters, orders, signature."""

from __future__ import annotations

from eventlog.log import EventLog
from eventlog.postgres.pool import Pool
from hosting.settings import SettingsBroken
from services.compensation.domain.policy import Terms
from services.compensation.settings import CompensationSettings
from services.compensation.settlement.archiving import Archiving
from services.compensation.settlement.consents import Consents
from services.compensation.settlement.effects import Effects
from services.compensation.settlement.inviting import Inviting
from services.compensation.settlement.letters import MailFolder
from services.compensation.settlement.payments import PaymentFolder
from services.compensation.settlement.settling import Settling
from services.compensation.settlement.signing import Signer, SigningKeyUnusable
from services.compensation.settlement.vault import Vault


def signer_of(settings: CompensationSettings) -> Signer:
    """Return the company's signer. Raises SettingsBroken."""
    try:
        return Signer(settings.secret("company-signing.pem"))
    except SigningKeyUnusable as unusable:
        raise SettingsBroken(f"AMENDS_SECRETS_DIR: {unusable}") from None


class Evidence:
    """What the settling reaction and the doors share: they find the same evidence under the same keys."""

    def __init__(
        self, log: EventLog, pool: Pool, settings: CompensationSettings, signer: Signer, *, terms: Terms
    ) -> None:
        vault_key = settings.key("vault.key")
        self.vault = Vault(pool, vault_key)
        self.effects = Effects(pool, vault_key, self.vault)
        self.consents = Consents(log, pool, vault_key, self.vault)
        self.inviting = Inviting(
            log,
            self.effects,
            MailFolder(settings.mail_folder),
            company=signer.company,
            public_url=settings.public_url,
            link=terms.link,
        )
        self.settling = Settling(
            log,
            self.effects,
            Archiving(log, self.vault, self.effects, signer, consents=self.consents),
            self.inviting,
            payments=PaymentFolder(settings.payment_folder),
            document_key=settings.key("compensation-hash.key"),
            company=signer.company,
            payment_term=terms.payment,
        )
