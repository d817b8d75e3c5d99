"""The base of every public message: closed for writers, tolerant for readers, no personal data in clear."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

# Amounts travel as decimal strings: JSON numbers are binary floats in most readers.
Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Actor(BaseModel):
    """Who acted: a pseudonym, the roles it held and the desk it sat at."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    actor: str
    roles: tuple[str, ...] = ()
    desk: str | None = None


class SealedBlock(BaseModel):
    """Personal fields of one person, AES-GCM under that person's key with the event id as associated data.

    Integrators cannot open it and should pass it by; `person` says whose it is.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: Uuid
    key: str
    nonce: str
    ciphertext: str


class Message(BaseModel):
    """A public event's data. `TYPE` carries the major version, `SCHEMA` the shape's version within it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    SCHEMA: ClassVar[str] = "1.0"

    by: Actor
    sealed: tuple[SealedBlock, ...] = ()


class ComplaintMessage(Message):
    """A public event about one complaint of one person (the data subject who complains)."""

    complaint: Uuid
    person: Uuid
