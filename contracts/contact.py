"""The inbound door on Kafka: the call-centre platform says that a customer has complained."""

from __future__ import annotations

from typing import ClassVar, Final

from contracts.register import Register

TOPIC: Final = "amends.contact.v1"


class ContactReported(Register):
    """The platform hands one complaint in, in clear, so the topic is private. Intake registers it.

    The data is the register, the same as the body of `POST /v1/complaints`. There is no sequence: the source,
    channel and reference decide whether two records are one complaint.
    """

    TYPE: ClassVar[str] = "amends.contact.reported.v1"
    SCHEMA: ClassVar[str] = "1.0"


MESSAGES: tuple[type[ContactReported], ...] = (ContactReported,)


def contact_subject(register: Register) -> str:
    """Return the subject and record key of a contact."""
    return f"{register.source}/{register.channel}/{register.reference}"
