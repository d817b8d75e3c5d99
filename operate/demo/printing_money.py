"""The demo's negotiations and flags on the screen, headings in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.markup import escape
from rich.text import Text

from operate.demo import account
from operate.demo.agreeing import Agreement
from operate.demo.layout import heading, moment, table_of
from operate.demo.running import Outcome
from operate.demo.telling import CODES_ZH, Step
from operate.demo.watching import Flagged, Frequent

ROUTES_SHOWN: Final = 4
_MILLISECONDS: Final = 1000
_ENDS_ZH: Final = {
    "settled": "和解",
    "refused": "不予支持",
    "withdrawn": "撤回",
    "referred": "移送",
    "ended": "终止",
    "open": "协商中",
}


def printed_money(outcome: Outcome) -> Iterator[RenderableType]:
    """Yield how negotiations ended and what was paid, one told step by step, and the watch list."""
    yield from _ends(outcome)
    if outcome.agreement is not None:
        yield from _agreement(outcome.agreement)
    if outcome.watched.flagged is not None:
        yield from _flagged(outcome.watched.flagged)
    if outcome.watched.frequent is not None:
        yield from _frequent(outcome.watched.frequent)


def _ends(outcome: Outcome) -> Iterator[RenderableType]:
    by_end, sums = account.talks_by_end(outcome), account.money(outcome)
    yield heading(f"赔付协商 {sum(by_end.values())} 件", "Negotiations, by how they ended, and the money")
    table = table_of(*(f"{_ENDS_ZH[end]} {end}" for end in by_end))
    table.add_row(*(f"[bold]{count}[/]" for count in by_end.values()))
    yield table
    money = table_of("币种 currency", "约定 agreed", "已付 paid")
    for currency, each in sums.items():
        money.add_row(currency, each["agreed"], each["paid"])
    yield money
    counts = outcome.sums.counts
    yield (
        f"[dim]Settled 和解: {counts['with money']} with money 有金额, {counts['without money']} without 无金额; "
        "each signed by both over one document hash 双方就同一文件哈希签署.[/]"
    )


def _agreement(told: Agreement) -> Iterator[RenderableType]:
    yield heading(
        f"一次协商的经过：{told.reference}", "One negotiation, step by step, with what was refused on the way"
    )
    yield _steps(told.steps)
    mark = "[bold green]✓[/]" if told.holds else "[bold red]✗[/]"
    yield f"已签协议 Signed PDF   [bold]{told.pdf}[/]"
    yield f"证据包 Evidence bundle [bold]{told.bundle}[/]"
    yield f"{mark} amends evidence check {told.bundle.name}"
    for (is_well, en, zh), places in _said(told).items():
        sign, style = ("✓", "dim") if is_well else ("✗", "bold red")
        where = places[0] if len(places) == 1 else f"{len(places)} files 个文件"
        yield Text(f"  {sign} {where}: {en} {zh}", style=style)


def _said(told: Agreement) -> dict[tuple[bool, str, str], list[str]]:
    """Return what the check says, each thing once with the places it is said of."""
    found: dict[tuple[bool, str, str], list[str]] = {}
    for each in told.checked.findings:
        found.setdefault((each.is_well, each.en, each.zh), []).append(each.place)
    return found


def _steps(steps: Sequence[Step]) -> RenderableType:
    table = table_of("时间 UTC", "谁 who", "事件 what")
    for step in steps:
        said = Text(f"{step.text_en}\n{step.text_zh}")
        if step.refused_by:
            said = Text.assemble(
                (f"✗ {step.text_en}: refused by ", "red"),
                (step.refused_by, "bold red"),
                (f"\n✗ {step.text_zh}：被规则 {step.refused_by} 拒绝", "red"),
            )
        table.add_row(moment(step.at), step.who, said)
    return table


def _flagged(told: Flagged) -> Iterator[RenderableType]:
    yield heading(
        f"职业投诉人：{told.complaints} 件，{told.merchants} 家商户",
        f"A professional complainant: {told.score} points of {told.threshold} needed; the bill",
    )
    bill = table_of("信号 signal", "值 value", "分 points", "依据 complaints")
    for reason in told.reasons:
        name = str(reason["signal"])
        bill.add_row(
            f"{CODES_ZH.get(name, '')} {name}",
            f"{reason['value']:g}",
            str(reason["points"]),
            str(len(reason["complaints"])),
        )
    yield bill
    later = ", ".join(f"{CODES_ZH.get(name, '')} {name}" for name in told.later)
    yield f"[dim]By the end {told.points} points 截至结束 {told.points} 分; also 另有: {later or 'nothing 无'}[/]"
    for judged in told.judged:
        done = f"[red]refused by {judged.answer.rule} 被拒绝[/]" if judged.expects else "[green]done 完成[/]"
        yield f"  {judged.door} by {judged.actor}: {done}"
    flags = ", ".join(f"{flag['kind']} {flag['state']}" for flag in told.screening["flags"])
    yield (
        f"来电筛查 Screening by {', '.join(told.screening['matched_by'])}: [bold]{flags or 'nothing'}[/] "
        f"in {told.screening_seconds * _MILLISECONDS:.0f} ms"
    )
    for routed in told.routed[-ROUTES_SHOWN:]:
        yield escape(
            f"  {routed.reference} → desk {routed.desk} (rule {routed.rule}); "
            "registered and clocked like any other 受理与时限不变"
        )


def _frequent(told: Frequent) -> Iterator[RenderableType]:
    yield heading("正当的多次投诉人", "Who complains often and is right")
    guards = ", ".join(told.guards) or "none 无"
    yield (
        f"{told.complaints} complaints over {told.merchants} merchants: {told.score} points of "
        f"{told.threshold} needed, guards {guards}; flags: [bold]{told.flags or 'none 无'}[/]"
    )
