"""What a person is looked up by: account with its source, e-mail, phone, and name with address. Pure.

Name with address is shared by namesakes in one house: it finds, it never makes two persons one.
"""

from __future__ import annotations

import unicodedata
from typing import Final, TypeAlias

from services.blacklist.domain.flag.facts import Attributes
from shared_kernel.identity import identity_marks

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
    who, where = _folded(name), _folded(address)
    return f"{who}/{where}" if who and where else None


def _folded(text: str | None) -> str:
    folded = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(character for character in folded if character.isalnum())
