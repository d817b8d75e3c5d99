"""The demo's results on the screen, headings in both languages."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import starmap
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from operate.demo import account, measures
from operate.demo.books import Check
from operate.demo.layout import heading, moment, table_of
from operate.demo.measures import GRADES, TIMINGS, Growth
from operate.demo.printing_money import printed_money
from operate.demo.running import Outcome
from operate.demo.telling import Telling

OPEN_SHOWN: Final = 6
NARRATIVE_SHOWN: Final = 160
# Product and site, which a group must share; the others only strengthen it.
SHARED_SHOWN: Final = 2
_SECONDS_A_DAY: Final = 86_400
_TIMING_ZH: Final = {"ongoing": "进行时", "past": "过去时"}
_OUTCOME_ZH: Final = {
    "answered": "已答复",
    "refused": "未支持",
    "withdrawn": "撤回",
    "settled": "和解",
    "decided_elsewhere": "另行裁决",
    "open": "在办",
}
_JOINED: Final = "member_joined"


def printed(outcome: Outcome) -> Iterator[RenderableType]:
    """Yield the report, piece by piece."""
    yield from _headline(outcome)
    yield from _endings(outcome)
    yield from _along_the_way(outcome)
    yield from _open_ones(outcome)
    yield from _groups(outcome)
    yield from _told(outcome.telling)
    yield from printed_money(outcome)
    yield from _speed(outcome)
    yield from _checks(outcome.checks)


def _headline(outcome: Outcome) -> Iterator[RenderableType]:
    days, fed = outcome.days, outcome.fed
    lasted = (days.night - days.dawn).total_seconds() / _SECONDS_A_DAY
    yield ""
    yield Rule("[bold]Amends · 演示 The demo[/]")
    yield (
        f"[bold]{fed.sent}[/] complaints lived through [bold]{lasted:.1f}[/] days of theirs, "
        f"{moment(days.dawn)} to {moment(days.night)} UTC, in {days.jumps} jumps of the clock.\n"
        f"{fed.sent} 件投诉：{fed.sent - len(fed.over_kafka)} 件经 HTTP by HTTP，"
        f"{len(fed.over_kafka)} 件经 Kafka over Kafka；另有 {len(fed.planted)} 条预埋坏消息 bad contacts planted。"
    )


def _endings(outcome: Outcome) -> Iterator[RenderableType]:
    yield heading("时态、等级与结果", "Timing, grade and outcome")
    grades, endings = account.grades_by_timing(outcome), account.outcomes_by_timing(outcome)
    columns = account.outcomes(outcome)
    table = table_of("", *GRADES, "合计 all", *(f"{_OUTCOME_ZH.get(each, '')} {each}" for each in columns))
    for timing in TIMINGS:
        by_grade, by_outcome = grades[timing], endings[timing]
        table.add_row(
            f"{_TIMING_ZH[timing]} {timing}",
            *(str(by_grade[grade]) for grade in GRADES),
            f"[bold]{sum(by_grade.values())}[/]",
            *(str(by_outcome[each]) for each in columns),
        )
    yield table
    yield "[dim]Grade: the most urgent each ever had. U1 危急 … U4 一般。[/]"


def _along_the_way(outcome: Outcome) -> Iterator[RenderableType]:
    names = measures.counted(outcome.read_back)
    yield heading("过程", "Along the way")
    yield _in_two_columns([(names[name], f"{zh} {en}") for name, en, zh in account.COUNTED])
    missed = ", ".join(starmap("{} {}".format, account.missed_by_clock(names).items()))
    share, right = outcome.bypass_share, _read_right(outcome)
    yield (
        f"[dim]Missed 超时：{missed or 'none 无'} (these agents look in waves, every four hours at first).\n"
        f"Bypasses 越级：{share['with_record']} of {share['bypasses']} met a record of the front line 在先有记录.\n"
        f"Timing as first read stood in 时态初判维持率 {right}.[/]"
    )


def _open_ones(outcome: Outcome) -> Iterator[RenderableType]:
    rows = sorted(outcome.open_ones, key=lambda row: row["next_due"] or "")
    yield heading(f"在办 {len(rows)} 件", f"Visibly open: {len(rows)}, each with an owner and a clock")
    table = table_of(
        "投诉 complaint", "责任人 owner", "组 desk", "等级 grade", "下一时限 next clock", "到期 due (UTC)"
    )
    for row in rows[:OPEN_SHOWN]:
        due = datetime.fromisoformat(row["next_due"])
        table.add_row(
            outcome.lives[row["complaint"]].reference,
            row["owner"] or "-",
            f"{row['desk']}, {row['level']}",
            row["grade"],
            row["next_clock"],
            moment(due) + (" [red]overdue 已超[/]" if due < outcome.days.night else ""),
        )
    yield table
    if len(rows) > OPEN_SHOWN:
        yield f"[dim]… 另 {len(rows) - OPEN_SHOWN} 件 and {len(rows) - OPEN_SHOWN} more[/]"


def _groups(outcome: Outcome) -> Iterator[RenderableType]:
    grown = list(measures.growth_of(outcome.read_back).values())
    yield heading("群体投诉的形成", "How a group grew: initiator → followers → collective")
    for index, growth in enumerate(grown):
        yield _growth_table(growth) if index == 0 else Text(_in_one_line(growth))
    if not grown:
        yield "none 无"


def _growth_table(growth: Sequence[Growth]) -> Table:
    table = table_of("时间 UTC", "人 n", "事件 what", "投诉", "理由 why: cause · what is the same · text")
    for each in growth:
        table.add_row(
            moment(each.at), str(each.persons or ""), _what(each), each.reference, escape(_reasons(each))
        )
    return table


def _what(each: Growth) -> str:
    match each.name:
        case "member_joined":
            return f"+ {each.role}"
        case "stage_advanced":
            return f"[bold yellow]→ {each.stage}[/]"
        case "formed":
            return "[bold]group formed[/]"
        case name:
            return name.replace("_", " ")


def _reasons(each: Growth) -> str:
    if each.name != _JOINED:
        return ""
    likeness = "" if each.likeness_percent is None else f" · {each.likeness_percent} %"
    more = f" +{len(each.shared) - SHARED_SHOWN}" if len(each.shared) > SHARED_SHOWN else ""
    return f"{', '.join(each.causes)} · {', '.join(each.shared[:SHARED_SHOWN])}{more}{likeness}"


def _in_one_line(growth: Sequence[Growth]) -> str:
    last = growth[-1]
    members = [each.reference for each in growth if each.name == _JOINED]
    causes = ", ".join(next(each.causes for each in growth if each.name == _JOINED))
    return f"Another 另一组：{causes} · {last.persons} persons · {last.stage} · {', '.join(members)}"


def _told(telling: Telling) -> Iterator[RenderableType]:
    chosen = telling.chosen
    yield heading(
        f"一件投诉的经过：{chosen.reference}（{chosen.why_zh}）",
        f"One complaint, step by step ({chosen.why_en})",
    )
    narrative = telling.narrative.replace("\n", " ")
    shown = narrative[:NARRATIVE_SHOWN] + ("…" if len(narrative) > NARRATIVE_SHOWN else "")
    yield Padding(Text(shown, style="italic"), (0, 4))
    if telling.quotes:
        yield f"[dim]Timing rests on 时态依据：{escape(' · '.join(telling.quotes))}[/]"
    table = table_of("时间 UTC", "谁 who", "事件 what")
    for step in telling.steps:
        table.add_row(moment(step.at), step.who, Text(f"{step.text_en}\n{step.text_zh}"))
    yield table
    yield "[bold]时限 Its clocks[/]"
    yield from (_clock(clock) for clock in telling.view["clocks"])


def _clock(clock: Mapping[str, Any]) -> RenderableType:
    ended = clock["ended_at"] and moment(datetime.fromisoformat(clock["ended_at"]))
    colour = {"met": "green", "missed": "red", "running": "yellow"}.get(clock["status"], "dim")
    head = f"[{colour}]{clock['status']:8}[/] [bold]{clock['name']}[/]" + (f"  at {ended}" if ended else "")
    told = Text(f"{clock['explanation_en']}\n{clock['explanation_zh']}", style="dim")
    return Group(head, Padding(told, (0, 0, 0, 9)))


def _speed(outcome: Outcome) -> Iterator[RenderableType]:
    found = account.speed(outcome)
    yield heading("吞吐与时延", "Throughput and latency")
    table = table_of("", "n", "p50 ms", "p99 ms")
    for name, spread in found["latencies_ms"].items():
        table.add_row(name, str(spread["count"]), f"{spread['p50']:.0f}", f"{spread['p99']:.0f}")
    yield table
    yield (
        f"[dim]{found['complaints_a_second']} complaints a second came in and were routed; "
        f"{found['public_events_a_second']} public events a second over the whole day's work. In waves, with Kafka, "
        f"PostgreSQL, the services and all players on this machine's {os.cpu_count()} cores: no benchmark (make bench).[/]"
    )


def _checks(checks: Sequence[Check]) -> Iterator[RenderableType]:
    yield heading("对账", "Do the totals reconcile?")
    table = table_of("", "", "")
    table.show_header = False
    for check in checks:
        mark = "[green]✓[/]" if check.holds else "[bold red]✗[/]"
        table.add_row(mark, Text(f"{check.text_en}\n{check.text_zh}"), Text(check.figures))
    yield table
    failed = [check for check in checks if not check.holds]
    if failed:
        yield f"[bold red]{len(failed)} of {len(checks)} do not 未对平.[/]"
    else:
        yield f"[bold green]All {len(checks)} do 全部对平.[/]"


def _read_right(outcome: Outcome) -> str:
    lives = [life for life in outcome.lives.values() if life.read_as]
    stood = sum(life.read_as == life.timing for life in lives)
    return f"{stood} of {len(lives)}"


def _in_two_columns(figures: Sequence[tuple[int, str]]) -> Table:
    table = table_of("", "", "", "")
    table.show_header = False
    half = (len(figures) + 1) // 2
    for index in range(half):
        pair = figures[index::half]
        table.add_row(*(cell for count, name in pair for cell in (f"[bold]{count}[/]", name)))
    return table
