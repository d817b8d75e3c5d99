"""Sums of money named in a text, exact ones only: "about 2000", "20 a month" or "several hundred" name none.

A wrong sum is worse than none (labelling guide, section 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice

from services.intake.domain.classify.reading import Reading

_SIGN_CURRENCIES = {
    "us$": "USD", "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD",
    "$": "USD", "¥": "CNY", "￥": "CNY", "£": "GBP", "€": "EUR", "₹": "INR", "rs": "INR", "inr": "INR",
    "rmb": "CNY", "cny": "CNY", "usd": "USD", "eur": "EUR", "gbp": "GBP", "hkd": "HKD", "aud": "AUD", "cad": "CAD",
    "sgd": "SGD", "人民币": "CNY",
}  # fmt: skip
_UNIT_CURRENCIES = {
    "元": "CNY", "块钱": "CNY", "块": "CNY", "圆": "CNY", "人民币": "CNY", "rmb": "CNY", "cny": "CNY",
    "美元": "USD", "美金": "USD", "刀": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD",
    "港币": "HKD", "港元": "HKD", "hkd": "HKD", "台币": "TWD", "欧元": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "英镑": "GBP", "gbp": "GBP", "pounds": "GBP", "quid": "GBP", "日元": "JPY",
    "rs": "INR", "rupees": "INR", "inr": "INR", "/-": "INR", "aud": "AUD", "cad": "CAD", "sgd": "SGD",
}  # fmt: skip
_SCALES = {
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "亿": 100_000_000,
    "k": 1000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "thousand": 1000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
}

# What goes on behind a comma or a point is another way of writing: 1.200,50 names no sum that we read.
_DIGITS_END = r"(?![.,]?\d)"
_DIGITS = (
    rf"\d{{1,3}}(?:,\d{{2,3}})*,\d{{3}}(?:\.\d{{1,2}})?{_DIGITS_END}|\d{{1,12}}(?:\.\d{{1,2}})?{_DIGITS_END}"
)
_HAN_DIGITS = "一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_HAN_UNITS = "零〇十百千万亿拾佰仟"
# Read whole or not at all, from where it begins: 1万5千, 三百二十, 2.5万.
_HAN = rf"(?<![\d.,{_HAN_DIGITS}{_HAN_UNITS}])(?P<digits>(?>[\d.{_HAN_DIGITS}{_HAN_UNITS}]{{1,20}}))"
_SEVERAL = re.compile(rf"[{_HAN_DIGITS}]{{2}}")  # 三四百: some three or four hundred
_SCALE = r"(?P<{}>百|千|万|亿|k\b|lakhs?\b|thousand\b|million\b|billion\b)?"


def _alternatives(names: dict[str, str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(
        re.escape(name) + (r"\b" if name.isascii() and name.isalpha() else "") for name in longest_first
    )


_SIGNED = re.compile(
    r"(?<![a-z])(?P<sign>"
    + "|".join(re.escape(name) for name in sorted(_SIGN_CURRENCIES, key=len, reverse=True))
    + rf")\.? ?(?P<digits>{_DIGITS}) ?"
    + _SCALE.format("scale")
)
_WITH_UNIT = re.compile(
    rf"(?<![\d.a-z{_HAN_DIGITS}{_HAN_UNITS}])(?<!\d[, ])(?P<digits>{_DIGITS}) ?{_SCALE.format('scale')}"
    rf" ?(?P<unit>{_alternatives(_UNIT_CURRENCIES)})"
)
_HAN_WITH_UNIT = re.compile(rf"(?<![几数第]){_HAN}(?P<unit>{_alternatives(_UNIT_CURRENCIES)})")
# Spoken Chinese drops the unit right behind the thing owed: "误工费180", "多收的那240".
_BARE = re.compile(
    r"(?:误工费|费|款|押金|定金|订金|退我?|退还|赔我?|赔偿|补偿|多收|多扣|扣了?我?|欠我?)(?:了|的|那|这|我|共|总共|一共){0,3}"
    r"(?P<digits>\d{2,6}(?:\.\d{1,2})?)(?![\d.:%百千万亿年月日号天个次小周分秒点楼栋期集多余几/x×*-])"
)
_ABOUT = re.compile(
    r"(?:近|约|大概|大约|差不多|将近|上|数|几|不到|超过|至少|最多|每(?:个?[月天次年人件周]|\S)?|一个\S{0,3}|一次|一天|一月"
    r"|\b(?:about|around|nearly|almost|approx\w*\.?|roughly|over|under|than|to|per|each|every|up to|some|least))[ {(]*$"
)
_RATE = re.compile(
    r"^(?:多|余|来|几|左右|上下|以上|以下|起|/[^-]|每|一[个次件月天年斤张位]|的?套餐|档)"
    r"|^ ?(?:\+|-\d|(?:m|mn|mio|bn)\b|or so|or more|ish\b|per\b|each\b|an? (?:day|week|month|year|hour|person|night)\b|/ ?(?:day|month|week|year)|monthly\b|plan\b)"
)


# A text with more sums than this of one spelling is a statement of account; none of them stands out.
_SUMS_MAX = 40


@dataclass(frozen=True, slots=True)
class Sum:
    """One exact sum and where it stands; `currency` None when the text does not say."""

    start: int
    end: int
    amount: Decimal
    currency: str | None


def sums_of(reading: Reading) -> tuple[Sum, ...]:
    """Return the exact sums of a text in order, without rates, estimates and sums of zero."""
    found: list[Sum] = []
    for pattern in (_SIGNED, _WITH_UNIT, _HAN_WITH_UNIT, _BARE):
        for match in islice(pattern.finditer(reading.text), _SUMS_MAX):
            overlaps = any(match.start() < known.end and known.start < match.end() for known in found)
            if not overlaps and (named := _sum(reading.text, match)) is not None:
                found.append(named)
    return tuple(sorted(found, key=lambda named: named.start))


def _sum(text: str, match: re.Match[str]) -> Sum | None:
    groups = match.groupdict()
    start = match.start("digits") if "sign" not in groups else match.start()
    end = match.end()
    if _ABOUT.search(text[max(0, start - 12) : start]) or _RATE.search(text[end : end + 12]):
        return None
    amount = _amount(groups["digits"], groups.get("scale"))
    if amount is None or amount == 0:
        return None
    currency = _SIGN_CURRENCIES.get(groups.get("sign") or "") or _UNIT_CURRENCIES.get(
        groups.get("unit") or ""
    )
    return Sum(start=start, end=end, amount=amount, currency=currency)


def _amount(digits: str, scale: str | None) -> Decimal | None:
    try:
        if digits.isascii():
            return Decimal(digits.replace(",", "")) * _SCALES.get(scale or "", 1)
        return None if _SEVERAL.search(digits) else Decimal(_read_chinese(digits))
    except (ValueError, InvalidOperation):
        return None


def _read_chinese(numeral: str) -> str:
    import cn2an  # noqa: PLC0415 - a sixth of what a start takes

    try:
        return str(cn2an.cn2an(numeral, "smart"))
    except Exception as unknown:
        # What its tables have no rule for it says by whatever they raise: KeyError for 三百零十五.
        raise ValueError(numeral) from unknown
