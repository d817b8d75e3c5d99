"""What a person is looked up by: account with its source, e-mail, phone, and name with address. Pure.

Name with address is shared by namesakes in one house: it finds, it never makes two persons one.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from services.blacklist.domain.flag.facts import Attributes
from shared_kernel.identity import identity_marks
from shared_kernel.words import name_key

NAME_ADDRESS: Final = "name_address"

Marks: TypeAlias = tuple[tuple[str, str], ...]


def marks_of(attributes: Attributes, region: str) -> Marks:
    """Return the marks, kind and normalised value; `region` reads a phone number without country code."""
    known = identity_marks(
        source=attributes.source,
        account=attributes.account,
        email=attributes.email,
        phone=attributes.phone,
        region=attributes.region or region,
    )
    at_home = _name_address(attributes.name, attributes.address)
    return known if at_home is None else (*known, (NAME_ADDRESS, at_home))


def _name_address(name: str | None, address: str | None) -> str | None:
    who, where = name_key(name), name_key(address)
    return f"{who}/{where}" if who and where else None
