"""What documents, consent and letters say: the texts of the policy files and sums of money, in both languages."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_name

from services.compensation.settlement.agreement import Agreement, Language
from shared_kernel.money import Money, minor_unit

LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_LOCALES: Final = {"zh": "zh_CN", "en": "en"}


@cache
def texts(file: str, language: Language) -> dict[str, Any]:
    """Return one language's texts of a policy file, read once."""
    source = files("services.compensation").joinpath("policies", f"{file}.toml")
    table: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))[language]
    return table


def consent_text(language: Language) -> str:
    """Return what the customer consents to by signing."""
    return str(texts("consent", language)["text"])


def consent_text_hash(language: Language) -> str:
    """Return the SHA-256 (hex) of the consent text's UTF-8 bytes."""
    return hashlib.sha256(consent_text(language).encode()).hexdigest()


def figures(money: Money, language: Language) -> str:
    """Return a sum in figures with its ISO code: `CNY 1,200.00`."""
    places = minor_unit(money.currency)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return f"{money.currency} {format_decimal(money.amount, pattern, locale=_LOCALES[language])}"


def words(money: Money, language: Language) -> str:
    """Return a sum as a contract spells it: 人民币壹仟贰佰元整, or `1,200.00 Chinese yuan`."""
    if language == "en":
        return format_currency(money.amount, money.currency, locale="en", format_type="name")
    import cn2an  # noqa: PLC0415 - a sixth of what a start takes, and few processes ever draw a document

    if money.currency == "CNY":
        return f"人民币{cn2an.an2cn(f'{money.amount:f}', 'rmb')}"
    return f"{get_currency_name(money.currency, locale='zh_CN')}{cn2an.an2cn(f'{money.amount:f}', 'up')}"


def day(agreement: Agreement) -> str:
    """Return the day of the agreement as its language writes it."""
    pattern = texts("agreement", agreement.language)["day"]
    return format_date(agreement.agreed_at, pattern, locale=_LOCALES[agreement.language])


def remedy_names(agreement: Agreement) -> str:
    """Return what is given beside money as one enumeration; a code without a name stands for itself."""
    return _enumerated(agreement, "remedies", agreement.remedies, between="、")


def concession_names(agreement: Agreement) -> str:
    """Return what the customer gives in return as one enumeration."""
    return _enumerated(agreement, "concessions", agreement.concessions, between="；")


def _enumerated(agreement: Agreement, table: str, codes: Sequence[str], *, between: str) -> str:
    names = texts("agreement", agreement.language)[table]
    told = [names.get(code, code.replace("_", " ")) for code in codes]
    return (between if agreement.language == "zh" else ", ").join(told)


def clauses(agreement: Agreement) -> list[tuple[str, str]]:
    """Return the agreement's clauses as heading and text; what does not arise is left out."""
    wording = texts("agreement", agreement.language)
    matter = wording["subject_known" if agreement.subject else "subject_unknown"]
    paid = wording["sum" if agreement.pays else "no_sum"]
    told = [
        matter.format(subject=agreement.subject),
        paid.format(
            figures=figures(agreement.sum, agreement.language), words=words(agreement.sum, agreement.language)
        ),
        wording["also"].format(remedies=remedy_names(agreement)) if agreement.remedies else "",
        wording["given"].format(concessions=concession_names(agreement)) if agreement.concessions else "",
        wording["terms"].format(terms=agreement.terms) if agreement.terms else "",
        wording["payment"].format(days=agreement.payment_days) if agreement.pays else "",
        wording["release"],
        wording["admission"],
        wording["copy"],
        wording["appeal"],
    ]
    return [(heading, text) for heading, text in zip(wording["headings"], told, strict=True) if text]
