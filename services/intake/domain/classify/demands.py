"""What the customer asks for, the main thing first, with the one sum the text ties to it."""

from __future__ import annotations

import re
from collections import defaultdict

from services.intake.domain.classify.amounts import Sum, sums_of
from services.intake.domain.classify.model import Demand, DemandKind, Evidence
from services.intake.domain.classify.reading import Reading, Span
from services.intake.domain.classify.rules import Hit, Rules, hits

# The main demand is the one that costs the firm most (labelling guide, section 5).
BY_COST: tuple[DemandKind, ...] = ("compensation", "refund", "fix", "apology", "explanation", "other")
MONEY_KINDS = frozenset({"refund", "compensation"})
WAIVABLE_KINDS: frozenset[DemandKind] = frozenset({"refund", "compensation", "other"})
WAIVED = "none"

# The list of wishes of a complaint form: there, compensation beside something else is routine.
_FORM = re.compile(
    r"[\[【(]?(?:投诉要求|投诉诉求|客户诉求|我的诉求|诉求|desired (?:outcome|resolution)|requested (?:outcome|resolution))"
    r"[\]】)]?:? ?(?P<wishes>[^\n]+)"
)
_FORM_WISHES: tuple[tuple[DemandKind, re.Pattern[str]], ...] = (
    ("refund", re.compile(r"退款|退费|退钱|退货|退还|refund|money back")),
    ("compensation", re.compile(r"赔偿|补偿|赔付|compensation")),
    ("apology", re.compile(r"道歉|apology")),
    ("explanation", re.compile(r"解释|说明|explanation")),
    (
        "fix",
        re.compile(
            r"处理|修改|处罚|发货|换货|更换|维修|分期|履行|下架|整改|停止|repair|replace|deliver|correct"
        ),
    ),
)

# How near a sum must stand to a demand, in characters: to be chosen among several, or being the only one.
_TOUCHING = {"zh": 2, "en": 5}
_NEAR = {"zh": 10, "en": 14}
_PAUSE = re.compile(r"[,.;:。、!?\n]")
_TIED_BY = re.compile(
    r"付|交了|交的|扣(?!除)|收了|收的|欠|充了|充值|转了|多收|押金|定金|退|赔|余额|款"
    r"|\b(?:paid|pay|charg\w+|deduct\w+|debit\w+|refund\w*|balance|deposit|owe\w*|took|taken|transfer\w*|back|credit|fee)\b"
)
_NOT_IN_DISPUTE = re.compile(r"扣除|扣掉|只退|仅退|价值|月薪|市值|\b(?:worth|salary)\b")
# What a narrative says it does not want. "不退款" and "they don't refund" say that the firm refuses.
_WANTED = {
    "refund": re.compile(r"退|返还|还钱|refund|money back|reimburs"),
    "compensation": re.compile(r"赔|补偿|compensat"),
}
_DENIED_BEFORE = re.compile(
    r"(?:不(?:用|要|想要?|需要?|必|求)|不是(?:要|想要?|为了?|来|图)|无需|并非(?:要|为了))[^,;。、!?\n了的不没只光仅]{0,4}$"
    r"|(?:\bnot|n't) (?:want\w*|need\w*|ask\w*|look\w*|after|interested|seek\w*|request\w*)[^,;.!?\n]{0,20}$"
    r"|\bno need (?:for|to) (?:a |any |the )?$|\bplease (?:don't|do not) $"
)
_NO = re.compile(r"\bno (?:a |any )?$")
_NEEDED = re.compile(r"^\w*(?: is| are)? (?:needed|required|necessary|wanted)\b")
_DENIAL_CHARACTERS_MAX = 60
_EVIDENCE_MAX = 5
_SAID_CONFIDENCE = 0.6
_LISTED_CONFIDENCE = 0.85
_MORE_SURE = 0.05


def demands_of(reading: Reading, rules: Rules, language: str) -> tuple[Demand, ...]:
    """Return the demands, the main one first; none when the text asks for nothing recognisable."""
    listed, form = _listed(reading)
    said = _said(reading, rules, language, form)
    lines = {kind: said.get(kind, []) + listed.get(kind, []) for kind in BY_COST}
    sums = in_dispute(reading)
    return tuple(
        demand_of(
            kind,
            lines[kind],
            in_list=kind in listed,
            tied=tied(reading, language, sums, lines[kind]) if kind in MONEY_KINDS else None,
        )
        for kind in _in_order(lines, listed)
    )


def _said(
    reading: Reading, rules: Rules, language: str, form: Span | None
) -> dict[DemandKind, list[Evidence]]:
    said: dict[DemandKind, list[Evidence]] = defaultdict(list)
    waived: frozenset[DemandKind] = frozenset()
    for hit in hits(reading, rules.of("demands", language)):
        if hit.cue.kind == WAIVED:
            waived = WAIVABLE_KINDS
        elif not (form and form[0] <= hit.start < form[1]) and not _is_denied(reading.text, hit):
            said[kind_of(hit)].append(Evidence(hit.start, hit.end, hit.cue.rule, hit.cue.points))
    return {kind: lines for kind, lines in said.items() if kind not in waived}


def _is_denied(text: str, hit: Hit) -> bool:
    wanted = _WANTED.get(hit.cue.kind)
    named = wanted and wanted.search(text, hit.start, hit.end)
    if not named:
        return False
    before = text[max(0, named.start() - _DENIAL_CHARACTERS_MAX) : named.start()]
    return bool(
        _DENIED_BEFORE.search(before)
        or (_NO.search(before) and _NEEDED.search(text[named.end() : named.end() + _DENIAL_CHARACTERS_MAX]))
    )


def _in_order(
    lines: dict[DemandKind, list[Evidence]], listed: dict[DemandKind, list[Evidence]]
) -> list[DemandKind]:
    kinds = [kind for kind in BY_COST if lines[kind]]
    if len(kinds) > 1 and "other" in kinds:
        kinds.remove("other")  # a wish that could be named is no other wish
    if "compensation" in listed and any(kind in kinds for kind in ("refund", "fix")):
        kinds.remove("compensation")
        kinds.append("compensation")
    return kinds


def _listed(reading: Reading) -> tuple[dict[DemandKind, list[Evidence]], Span | None]:
    form = _FORM.search(reading.text)
    if form is None:
        return {}, None
    start = form.start("wishes")
    listed: dict[DemandKind, list[Evidence]] = {}
    for kind, pattern in _FORM_WISHES:
        if (match := pattern.search(form["wishes"])) is not None:
            line = Evidence(start + match.start(), start + match.end(), f"demands.form_{kind}", 1.0)
            listed[kind] = [line]
    return listed, form.span()


def kind_of(hit: Hit) -> DemandKind:
    """Return the demand a cue speaks of."""
    for kind in BY_COST:
        if kind == hit.cue.kind:
            return kind
    return "other"


def demand_of(kind: DemandKind, lines: list[Evidence], *, in_list: bool, tied: Sum | None) -> Demand:
    """Return a demand with its evidence and the sum tied to it; one out of a list of wishes is surer."""
    sure = (_LISTED_CONFIDENCE if in_list else _SAID_CONFIDENCE) + _MORE_SURE * len(lines)
    evidence = tuple(lines[:_EVIDENCE_MAX])
    if tied is not None:
        evidence = (*evidence, Evidence(tied.start, tied.end, "demands.sum", 0.0))
    return Demand(
        kind=kind,
        confidence=round(min(sure, 0.95), 3),
        amount=tied.amount if tied else None,
        currency=tied.currency if tied else None,
        evidence=evidence,
    )


def tied(reading: Reading, language: str, sums: tuple[Sum, ...], lines: list[Evidence]) -> Sum | None:
    """Pick the sum a money demand is about: the one that touches it, else the only one in dispute at all."""
    touching = [named for named in sums if any(_touches(reading, language, named, line) for line in lines)]
    if touching:
        return only(touching)
    alone = only(list(sums))
    if alone is None:
        return None
    reach = _NEAR[language]
    around = reading.text[max(0, alone.start - reach) : alone.end + reach]
    is_near = any(_distance(alone, line) <= reach for line in lines)
    return alone if is_near or _TIED_BY.search(around) else None


def in_dispute(reading: Reading) -> tuple[Sum, ...]:
    """Leave out quoted sums, and those the text calls a worth or a deduction anywhere."""
    sums = [named for named in sums_of(reading) if not reading.is_quoted(named.start)]
    aside = {named.amount for named in sums if _is_aside(reading, named)}
    return tuple(named for named in sums if named.amount not in aside)


def _is_aside(reading: Reading, named: Sum) -> bool:
    return bool(_NOT_IN_DISPUTE.search(reading.text[max(0, named.start - 8) : named.start]))


def only(sums: list[Sum]) -> Sum | None:
    """Return the sum when all are the same one, the spelling with its currency first."""
    amounts = {named.amount for named in sums}
    with_currency = [named for named in sums if named.currency]
    if len(amounts) != 1 or len({named.currency for named in with_currency}) > 1:
        return None
    return (with_currency or sums)[0]


def _touches(reading: Reading, language: str, named: Sum, line: Evidence) -> bool:
    between = reading.text[min(named.end, line.end) : max(named.start, line.start)]
    return _distance(named, line) <= _TOUCHING[language] and not _PAUSE.search(between)


def _distance(named: Sum, line: Evidence) -> int:
    if named.start < line.end and line.start < named.end:
        return 0
    return max(named.start - line.end, line.start - named.end)
