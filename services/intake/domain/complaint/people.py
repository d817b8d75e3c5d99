"""What identifies or reaches a person: the personal part of the register, only ever inside `Personal[...]`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Contact(BaseModel):
    """Somebody who speaks beside or for the complainant: a representative or a third party."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    organisation: str | None = None
    relation: str | None = None

    @property
    def is_reachable(self) -> bool:
        """Say whether one way to reach this person is known."""
        return any((self.phone, self.email, self.address))


class Complainant(BaseModel):
    """The person who complains, with the accounts, order and serial number that point to this person.

    Vulnerable or protected status is never a clear fact; whoever acts on it opens it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    organisation: str | None = None
    account: str | None = None
    payout_account: str | None = None
    order: str | None = None
    serial: str | None = None
    vulnerable: bool = False
    protected: bool = False

    @property
    def is_reachable(self) -> bool:
        """Say whether one way to reach this person is known; an account is reached through its platform."""
        return any((self.phone, self.email, self.address, self.account))
