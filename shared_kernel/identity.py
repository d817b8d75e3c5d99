"""One spelling for what identifies a person: account with its source, e-mail, phone.

Only these three identify. A payout account or an address is shared by families, offices and agents, so
neither ever makes two complainants one person (`architecture.md` 3.15). Nothing here hashes or stores.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal
from urllib.parse import quote

import phonenumbers
from email_validator import EmailNotValidError, validate_email

Kind = Literal["account", "email", "phone"]

_MASKED: Final = re.compile(r"[*•●]|[xX]{2,}")
# "转" and "分机" before an extension, as Chinese switchboards write it.
_EXTENSION: Final = re.compile(r"\s*(?:转分机|分机|转)\s*(?=\d{1,6}$)")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# Filled in to satisfy a form: 000…, 111…. Many unrelated people would share it.
_ONE_DIGIT: Final = re.compile(r"(\d)\1*")


def normalised_phone(text: str, region: str | None) -> str | None:
    """Return a phone number as E.164, with `;ext=` where an extension follows; None for no usable number.

    `region` (ISO 3166, upper case) says how to read a number without its country code; without a region,
    or with one that has no numbering plan, only numbers that carry it are read. A number written with its
    country code needs a length that country dials, since new ranges come faster than libraries; one
    without must be of a known range, else a local number without its area code would make one person of
    people in two cities. Masked and filled-in numbers identify nobody. An extension stays, because behind
    a switchboard it is the person.
    """
    plain = _EXTENSION.sub(" ext ", _plain(text))
    if _MASKED.search(plain):
        return None
    try:
        number = phonenumbers.parse(plain, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if not _is_usable(number) or _ONE_DIGIT.fullmatch(str(number.national_number)):
        return None
    written: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def normalised_email(text: str) -> str | None:
    """Return an e-mail address in lower case with its domain in ASCII (IDNA), None for no address.

    Providers' own habits are left alone: dots, `+tags` and alternative domains mean the same mailbox at
    some providers and another person's at others. Taking two addresses of one person for two costs a
    link; taking two persons for one shows somebody a stranger's complaint.
    """
    # Chinese input methods write the full stop of a domain as an ideographic one.
    plain = _plain(text).replace("。", ".")
    try:
        found = validate_email(plain, check_deliverability=False)
    except EmailNotValidError:
        return None
    if found.ascii_domain is None:
        return None
    return f"{found.local_part}@{found.ascii_domain}".lower()


def normalised_account(source: str, account: str) -> str | None:
    """Return `source/account`, None for a blank account or source.

    The source (which platform) is part of the name: account 1001 of one shop is not that of another. Its
    case does not matter, the account's does: many platforms tell `abc` from `ABC`.
    """
    platform, name = _plain(source).casefold(), _plain(account)
    # Quoted, so that no slash in a source can make two accounts look like one.
    return f"{quote(platform, safe='')}/{name}" if platform and name else None


def identity_marks(
    *,
    source: str,
    account: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    region: str | None = None,
) -> tuple[tuple[Kind, str], ...]:
    """Return what identifies the complainant, strongest first: account, e-mail, phone, those that are there.

    The first mark already known decides who it is (`architecture.md` 3.15). `region` as in
    `normalised_phone`.
    """
    found: tuple[tuple[Kind, str | None], ...] = (
        ("account", normalised_account(source, account) if account else None),
        ("email", normalised_email(email) if email else None),
        ("phone", normalised_phone(phone, region) if phone else None),
    )
    return tuple((kind, value) for kind, value in found if value is not None)


def _is_usable(number: phonenumbers.PhoneNumber) -> bool:
    if phonenumbers.is_valid_number(number):
        return True
    if number.country_code_source == phonenumbers.CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return False
    # Zeros in front of an unknown range are no number: read again, they would fall off.
    possible = phonenumbers.is_possible_number_with_reason(number)
    return possible == phonenumbers.ValidationResult.IS_POSSIBLE and not number.italian_leading_zero


def _plain(text: str) -> str:
    """Full-width digits and letters become ordinary ones, invisible characters go."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
