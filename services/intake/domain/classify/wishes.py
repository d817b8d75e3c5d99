"""The register's own field for what the customer asks for: a noun alone is a wish there, and what it denies is none."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.intake.domain.classify.amounts import Sum
from services.intake.domain.classify.demands import (
    BY_COST,
    MONEY_KINDS,
    WAIVABLE_KINDS,
    WAIVED,
    demand_of,
    in_dispute,
    kind_of,
    only,
    tied,
)
from services.intake.domain.classify.model import Demand, DemandKind, Evidence
from services.intake.domain.classify.reading import Reading, reading_of
from services.intake.domain.classify.rules import Rules, hits

_WISHES: Final[tuple[tuple[DemandKind, re.Pattern[str]], ...]] = (
    (
        "refund",
        re.compile(
            r"退款|退费|退钱|退货|退还|返还|还钱|还给?我|全额退|退一|退(?=[\d¥$£€])|refund|reimburs|"
            r"\b(?:money|fees?|deposit|payment|charges?|cost|it|all|price|fare)(?: i paid)? back\b|"
            r"return (?:of )?(?:my |the |all )?(?:money|deposit|fee|payment)"
        ),
    ),
    (
        "compensation",
        re.compile(
            r"赔(?!礼|不是)|补偿|compensat|damages|goodwill (?:payment|gesture)|make (?:it )?good the loss"
        ),
    ),
    ("apology", re.compile(r"道个?歉|赔礼|赔不是|apolog")),
    (
        "explanation",
        re.compile(r"解释|说明(?!书)|给.{0,4}说法|explanation|explain|(?:tell|told) (?:me|us) why"),
    ),
    (
        "fix",
        re.compile(
            r"处理|修改|处罚|发货|补发|换货|更换|换(?:掉|新|一)|维修|修好|修理|修复|分期|履行|下架|整改|停止|恢复|追回|冻结|"
            r"repair|replace|\bfix(?!ed (?:price|rate|fee|sum|term))|\bdeliver(?!y (?:fee|charge|cost|price))|"
            r"\bcorrect(?:ed|ion)\b|\bcorrect (?:the|my|our|this|it)\b|restor|reconnect"
        ),
    ),
)
# A clause ends where another wish may begin: what denies the one says nothing of the other.
_CLAUSE_END: Final = re.compile(r"[,;.。、!?\n]|\b(?:but|just|only|and i want|or)\b|但|只要|而是|要求")
# How far back a denial is looked for where no clause ends: a text without any is read in good time, too.
_CLAUSE_CHARACTERS_MAX: Final = 200
_DENIED_BEFORE: Final = re.compile(
    r"不(?:要|想|需|接受|必|用|图|求)|无需|拒绝|别再?"
    r"|(?:\bnot|n't) (?:want|need|ask|look|after|interested|accept)"
    r"|\b(?:without|refuse|reject|decline|instead of|rather than)\b|\bno (?:need for )?(?:a |any |more )?$"
)
_DENIED_AFTER: Final = re.compile(
    r"[^,;.。、]{0,4}就?(?:不(?:要|需要|必)了?|免了)"
    r"| (?:is|was|would be) (?:not what|no use|no good|not enough)| (?:is|was)n't what|\w* not? (?:needed|wanted|necessary)"
)
# Who says that nothing came, asks for it.
_STILL_OWED: Final = re.compile(
    r"\w* (?:(?:has|have|was|been) )*(?:received|given|issued|arrived|paid|yet)\b"
)
# What may stand before and after a sum that is itself the wish: the price of a thing to repair is none, nor a past offer.
_ASKED_BEFORE: Final = re.compile(
    r"(?:^|[,;.。、]\s*|\b(?:and|or)\s|[并和或及])"
    r"(?:(?:i|we) want |(?:please )?(?:give|pay|send) (?:me|us) |(?:payment|credit|return) of |pay |credit |a (?:payment|credit) of "
    r"|要求|要|支付|付|给|共|合计|违约金|误工费|损失费?)?$"
)
_ASKED_AFTER: Final = re.compile(
    r"^\s*(?:元|块钱?|rmb|cny|yuan)?\s*(?:$|[,;.。、!和并及]|and\b|back\b|credit|in\b|off\b|on (?:the|my|our|next)\b|for\b|from\b|each\b)"
)
_BACK: Final = re.compile(r"追回|退|return of|(?<!call )(?<!ring )\bback\b")


def wishes_of(asks_for: str, rules: Rules, language: str) -> tuple[tuple[Demand, ...], frozenset[DemandKind]]:
    """Return the demands of the field, the costliest first, and what the customer says there they do not want."""
    reading = reading_of(asks_for.replace("\n", " "), language)
    lines, denied = _said(reading, rules, language)
    waived = denied - lines.keys()
    sums = in_dispute(reading)
    found = [
        demand_of(
            kind,
            lines[kind],
            in_list=True,
            tied=tied(reading, language, sums, lines[kind]) if kind in MONEY_KINDS else None,
        )
        for kind in BY_COST
        if kind in lines and (kind != "other" or len(lines) == 1)
    ]
    if not denied and not lines.keys() & MONEY_KINDS:
        alone = _sum_alone(reading)
        found = [*alone, *(each for each in found if not alone or each.kind != "other")]
    return tuple(_in_field(each) for each in found), waived


def joined(
    wishes: tuple[Demand, ...], told: tuple[Demand, ...], waived: frozenset[DemandKind]
) -> tuple[Demand, ...]:
    """Put what the customer asks for before what the narrative adds; a sum told only there is kept."""
    by_kind = {each.kind: each for each in told}
    first = tuple(_with_sum(each, by_kind.get(each.kind)) for each in wishes)
    asked = {each.kind for each in wishes} | waived | ({"other"} if wishes else set())
    return first + tuple(each for each in told if each.kind not in asked)


def _said(
    reading: Reading, rules: Rules, language: str
) -> tuple[dict[DemandKind, list[Evidence]], frozenset[DemandKind]]:
    lines: dict[DemandKind, list[Evidence]] = defaultdict(list)
    denied: set[DemandKind] = set()
    clause_ends = [match.end() for match in _CLAUSE_END.finditer(reading.text)]
    for kind, line in _mentions(reading, rules, language):
        if _is_denied(reading.text, clause_ends, line):
            denied.add(kind)
        else:
            lines[kind].append(line)
    cues = hits(reading, rules.of("demands", language))
    if any(hit.cue.kind == WAIVED for hit in cues) and not lines.keys() & MONEY_KINDS:
        denied |= WAIVABLE_KINDS
    return lines, frozenset(denied)


def _mentions(reading: Reading, rules: Rules, language: str) -> list[tuple[DemandKind, Evidence]]:
    """Return what the field names, denied or not; where it names nothing, what a narrative would say by it."""
    named: list[tuple[DemandKind, Evidence]] = [
        (kind, Evidence(match.start(), match.end(), f"demands.field_{kind}", 1.0))
        for kind, pattern in _WISHES
        for match in pattern.finditer(reading.text)
        if not reading.is_quoted(match.start())
    ]
    return named or [
        (kind_of(hit), Evidence(hit.start, hit.end, hit.cue.rule, hit.cue.points))
        for hit in hits(reading, rules.of("demands", language))
        if hit.cue.kind != WAIVED
    ]


def _is_denied(text: str, clause_ends: Sequence[int], line: Evidence) -> bool:
    ended = bisect_right(clause_ends, line.start)
    begun = max(clause_ends[ended - 1] if ended else 0, line.start - _CLAUSE_CHARACTERS_MAX)
    is_denied = _DENIED_BEFORE.search(text[begun : line.start]) or _DENIED_AFTER.match(text, line.end)
    return bool(is_denied and not _STILL_OWED.match(text, line.end))


def _sum_alone(reading: Reading) -> list[Demand]:
    """Read a sum in the field as a wish for money, though no word says what for."""
    named: Sum | None = only(list(in_dispute(reading)))
    if (
        named is None
        or not _ASKED_BEFORE.search(reading.text[: named.start])
        or not _ASKED_AFTER.search(reading.text[named.end :])
    ):
        return []
    kind: DemandKind = "refund" if _BACK.search(reading.text) else "compensation"
    line = Evidence(named.start, named.end, "demands.field_sum", 1.0)
    return [demand_of(kind, [line], in_list=False, tied=named)]


def _with_sum(wish: Demand, told: Demand | None) -> Demand:
    if wish.amount is not None or told is None or told.amount is None:
        return wish
    evidence = wish.evidence + told.evidence
    return replace(wish, amount=told.amount, currency=told.currency, evidence=evidence)


def _in_field(demand: Demand) -> Demand:
    return replace(demand, evidence=tuple(replace(each, field="asks_for") for each in demand.evidence))
