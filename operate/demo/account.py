"""The demo's results as plain figures, the same for the screen and for `--json`. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from operate.demo import measures
from operate.demo.measures import GRADES, OPEN, TIMINGS
from operate.demo.reviewing import Judged
from operate.demo.running import Outcome

# What is counted along the way, by the event that says it, with its name in both languages.
COUNTED: Final = (
    ("complaint.classification_corrected", "labels set right by people", "人工更正标签"),
    ("complaint.handover_offered", "hand-overs offered", "提出移交"),
    ("complaint.owner_changed", "changes of owner", "责任人变更"),
    ("complaint.handover_declined", "hand-overs declined", "谢绝移交"),
    ("complaint.harm_stopped", "running losses stopped", "制止损失"),
    ("complaint.linked", "tied to an earlier complaint", "关联在先投诉"),
    ("complaint.return_visit_recorded", "return visits", "回访"),
    ("complaint.reopened", "reopened", "重新受理"),
    ("complaint.deadline_missed", "deadlines missed, told by timers", "超时（定时器触发）"),
    ("escalation.routed", "routings proposed", "升级路由"),
    ("escalation.bypass_threatened", "bypasses threatened", "扬言越级"),
    ("escalation.bypass_recorded", "bypasses recorded", "已越级"),
    ("escalation.account_frozen", "handlers' accounts frozen", "情况说明固定"),
    ("escalation.referred", "referred to a third party", "移送第三方"),
    ("negotiation.opened", "rounds of negotiation", "协商轮次"),
    ("negotiation.offer_made", "offers made", "报价"),
    ("negotiation.approval_requested", "offers above a limit", "超限待批"),
    ("negotiation.offer_expired", "offers run out", "报价过期"),
    ("negotiation.settled", "settlements signed by both", "双方签署和解"),
    ("negotiation.paid", "sums paid", "付款"),
    ("negotiation.settled_matter_raised", "settled matters raised again", "和解后再次主张"),
    ("flag.proposed", "flags proposed by software", "系统提议标记"),
    ("flag.confirmed", "flags confirmed by a reviewer", "审核员确认标记"),
    ("flag.screened", "complaints screened", "投诉筛查"),
)
ENDS: Final = ("settled", "refused", "withdrawn", "referred", "ended", "open")


def outcomes(outcome: Outcome) -> tuple[str, ...]:
    """Return the ways in which complaints ended, those still open last."""
    found = {life.outcome for life in outcome.lives.values()} - {OPEN}
    return (*sorted(found), OPEN)


def grades_by_timing(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Count complaints by timing and the most urgent grade each ever had."""
    found = measures.tabled(outcome.lives.values(), "timing", "grade")
    return {timing: {grade: found.get((timing, grade), 0) for grade in GRADES} for timing in TIMINGS}


def outcomes_by_timing(outcome: Outcome) -> dict[str, dict[str, int]]:
    """Count complaints by timing and outcome."""
    found = measures.tabled(outcome.lives.values(), "timing", "outcome")
    return {timing: {each: found.get((timing, each), 0) for each in outcomes(outcome)} for timing in TIMINGS}


def talks_by_end(outcome: Outcome) -> dict[str, int]:
    """Count negotiations by how their last round ended."""
    found = Counter(outcome.ends.values())
    return {end: found.get(end, 0) for end in ENDS}


def money(outcome: Outcome) -> dict[str, dict[str, str]]:
    """Return what was agreed and what was paid, by currency."""
    return {
        currency: {"agreed": str(agreed), "paid": str(outcome.sums.paid.get(currency, 0))}
        for currency, agreed in outcome.sums.agreed.items()
    }


def agreement(outcome: Outcome) -> dict[str, Any] | None:
    """Return the negotiation that is told, None where there was none."""
    told = outcome.agreement
    if told is None:
        return None
    return {
        "reference": told.reference,
        "complaint": told.complaint,
        "steps": [{**asdict(step), "at": step.at.isoformat()} for step in told.steps],
        "document": str(told.pdf),
        "bundle": str(told.bundle),
        "evidence_holds": told.holds,
        "evidence_check": [
            {"place": each.place, "well": each.is_well, "en": each.en, "zh": each.zh}
            for each in told.checked.findings
        ],
    }


def watched(outcome: Outcome) -> dict[str, Any]:
    """Return who was flagged and why, and who complains often and was not."""
    flagged, frequent = outcome.watched.flagged, outcome.watched.frequent
    return {
        "professional": flagged and {**asdict(flagged), "judged": [_judged(each) for each in flagged.judged]},
        "frequent_justified": frequent and asdict(frequent),
    }


def _judged(judged: Judged) -> dict[str, str]:
    return {"door": judged.door, "actor": judged.actor, "refused_by": judged.answer.rule}


def missed_by_clock(names: Counter[str]) -> dict[str, int]:
    """Count the missed deadlines by clock."""
    prefix = "complaint.deadline_missed "
    return {name.removeprefix(prefix): count for name, count in names.items() if name.startswith(prefix)}


def speed(outcome: Outcome) -> dict[str, Any]:
    """Return throughput and latencies; the players, Kafka and PostgreSQL shared the machine."""
    days, records = outcome.days, outcome.read_back.records
    seconds = days.feeding_seconds + days.playing_seconds
    return {
        "complaints_a_second": round(outcome.fed.sent / days.feeding_seconds, 1),
        "public_events_a_second": round(records / seconds, 1),
        "feeding_seconds": round(days.feeding_seconds, 1),
        "playing_seconds": round(days.playing_seconds, 1),
        "latencies_ms": {
            "HTTP accept 受理应答": asdict(measures.spread_of(outcome.fed.accept_seconds)),
            "HTTP command 人员操作": asdict(measures.spread_of(outcome.played.seconds)),
            **{name: asdict(spread) for name, spread in measures.paces_of(outcome.read_back).items()},
        },
    }


def document(outcome: Outcome) -> dict[str, Any]:
    """Return everything as one JSON-ready document."""
    names = measures.counted(outcome.read_back)
    days, fed, telling = outcome.days, outcome.fed, outcome.telling
    return {
        "reconciles": outcome.reconciles,
        "checks": [asdict(check) for check in outcome.checks],
        "complaints": {
            "sent": fed.sent,
            "over_kafka": len(fed.over_kafka),
            "by_http": fed.sent - len(fed.over_kafka),
            "planted_bad_contacts": len(fed.planted),
        },
        "time": {
            "began": days.dawn.isoformat(),
            "last_complaint": days.dusk.isoformat(),
            "ended": days.night.isoformat(),
            "jumps": days.jumps,
        },
        "grades_by_timing": grades_by_timing(outcome),
        "outcomes_by_timing": outcomes_by_timing(outcome),
        "events": {name: count for name, count in sorted(names.items()) if " " not in name},
        "missed_by_clock": missed_by_clock(names),
        "refused_to_players": dict(outcome.played.refused),
        "open": [dict(row) for row in outcome.open_ones],
        "groups": {
            group: [{**asdict(each), "at": each.at.isoformat()} for each in growth]
            for group, growth in measures.growth_of(outcome.read_back).items()
        },
        "told": {
            "reference": telling.chosen.reference,
            "complaint": telling.chosen.complaint,
            "why": telling.chosen.why_en,
            "steps": [{**asdict(step), "at": step.at.isoformat()} for step in telling.steps],
            "clocks": telling.view["clocks"],
        },
        "negotiations": {
            "by_end": talks_by_end(outcome),
            "money": money(outcome),
            "settled": dict(outcome.sums.counts),
            "told": agreement(outcome),
        },
        "flags": watched(outcome),
        "speed": speed(outcome),
    }
