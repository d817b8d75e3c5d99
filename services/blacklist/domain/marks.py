"""What a person is looked up by, and what several persons may share. Pure.

Looked up: account with its source, e-mail, phone, and name with address. Name with address is shared by
namesakes in one house: it finds, it never makes two persons one. Shared: phone, address, payout account
(`domain.md` 5); the last two never find anybody.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, TypeAlias

from services.blacklist.domain.flag.facts import Attributes
from shared_kernel.identity import identity_marks
from shared_kernel.words import name_key

NAME_ADDRESS: Final = "name_address"
PHONE: Final = "phone"
ADDRESS: Final = "address"
PAYOUT: Final = "payout_account"

_MASKED: Final = re.compile(r"[*•●]|[xX]{3,}")
_GAPS: Final = re.compile(r"[\s-]")
_DIGIT: Final = re.compile(r"\d")
# "Beijing" or "Alipay" alone is everybody's.
_TELLING_LENGTH: Final = 6

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


def shared_marks_of(attributes: Attributes, region: str) -> Marks:
    """Return the marks whose sharing is noted, kind and normalised value; `region` as in `marks_of`.

    An address or account that is masked, or too short or without a figure to tell one from another, is none.
    """
    phones = tuple((kind, value) for kind, value in marks_of(attributes, region) if kind == PHONE)
    # The dots of an account matter: it may be an e-mail address.
    payout = _GAPS.sub("", unicodedata.normalize("NFKC", attributes.payout_account or "").casefold())
    known = (
        (ADDRESS, attributes.address, name_key(attributes.address)),
        (PAYOUT, attributes.payout_account, payout),
    )
    return (*phones, *((kind, value) for kind, written, value in known if _tells(written, value)))


def _tells(written: str | None, value: str) -> bool:
    is_whole = _MASKED.search(written or "") is None
    return is_whole and len(value) >= _TELLING_LENGTH and bool(_DIGIT.search(value) or "@" in value)


def _name_address(name: str | None, address: str | None) -> str | None:
    who, where = name_key(name), name_key(address)
    return f"{who}/{where}" if who and where else None
