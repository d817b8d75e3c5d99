"""The agreement as data: everything a settlement document says, before it is set in type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shared_kernel.money import Money

Language: TypeAlias = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What two parties agreed on, in the customer's language.

    `document` is a reference that nobody can guess without a key: the document's hash is public, and must not
    let anyone confirm a guess at the name or the terms inside. `customer`, `subject` and `terms` are personal.
    """

    document: str
    language: Language
    company: str
    customer: str | None
    complaint: str
    subject: str | None
    sum: Money
    remedies: tuple[str, ...]
    concessions: tuple[str, ...] = ()
    terms: str | None
    payment_days: int
    agreed_at: datetime

    @property
    def pays(self) -> bool:
        """True when money is part of the agreement."""
        return self.sum.amount > 0
