"""One complaint told step by step, from both services' histories, with its clocks as they explain themselves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from operate.demo.cast import REFERRER
from operate.demo.doors import Doors
from operate.demo.measures import growth_of
from operate.demo.reading import ReadBack
from shared_kernel.roles import CUSTOMER

TEXTS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_name("telling.toml").read_text(encoding="utf-8")
)
CODES_ZH: Final = TEXTS["codes"]
SPOKEN: Final = {"True": "yes", "False": "no", "None": "-"}
QUOTES_MAX: Final = 4
_INSTANT_LENGTH: Final = len("2026-11-22T08:00:00")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The complaint to be told, and why this one."""

    complaint: str
    reference: str
    why_en: str
    why_zh: str


@dataclass(frozen=True, slots=True)
class Step:
    """One event: when, by whom, and what happened; or what was tried, and the rule it was refused by."""

    at: datetime
    who: str
    text_en: str
    text_zh: str
    refused_by: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """The whole life of one complaint. `quotes` are the words that the first reading rests on."""

    chosen: Chosen
    narrative: str
    quotes: tuple[str, ...]
    steps: tuple[Step, ...]
    view: Mapping[str, Any]


def chosen_to_tell(read_back: ReadBack, complaints: Mapping[str, str]) -> Chosen:
    """Choose the first of the largest group, else one that went over our head, else the first of all.

    `complaints` are the ids by reference.
    """
    for growth in growth_of(read_back).values():
        initiator = next((each.reference for each in growth if each.role == "initiator"), "")
        if initiator in complaints:
            why = ("the first of the largest group", "最大群体投诉的发起人")
            return Chosen(complaints[initiator], initiator, *why)
    references = {complaint: reference for reference, complaint in complaints.items()}
    for event in read_back.named("escalation.bypass_recorded"):
        return Chosen(
            event.complaint, references[event.complaint], "one that went over our head", "一件越级投诉"
        )
    reference, complaint = next(iter(complaints.items()))
    return Chosen(complaint, reference, "the first of all", "第一件投诉")


async def tell(doors: Doors, chosen: Chosen) -> Telling:
    """Ask both services for its history and intake for its clocks."""
    complaint = chosen.complaint
    view = await doors.get(REFERRER, "intake", f"/v1/complaints/{complaint}")
    own = (await doors.get(REFERRER, "intake", f"/v1/complaints/{complaint}/history"))["events"]
    above = (await doors.get(REFERRER, "escalation", f"/v1/escalations/{complaint}/history"))["events"]
    steps = sorted((each for each in (*own, *above) if each["type"] in TEXTS), key=_recorded_at)
    narrative = next(each["data"]["narrative"] for each in own if each["type"] == "complaint.registered")
    return Telling(chosen, narrative, _quotes(own, narrative), tuple(step_of(each) for each in steps), view)


def step_of(event: Mapping[str, Any]) -> Step:
    """Return how an event of a history is told; its type must have a text."""
    texts, data = TEXTS[_key_of(event)], event["data"]
    counts = {f"{name}_count": str(len(each)) for name, each in data.items() if isinstance(each, list)}
    return Step(
        datetime.fromisoformat(event["at"]),
        _who(event["by"]),
        texts["en"].format_map(_readable(data, {}) | counts),
        texts["zh"].format_map(_readable(data, CODES_ZH) | counts),
    )


def _who(by: Mapping[str, Any]) -> str:
    """Return who acted; a customer's pseudonym says nothing to anybody."""
    return CUSTOMER if CUSTOMER in by["roles"] else str(by["actor"])


def _key_of(event: Mapping[str, Any]) -> str:
    """Return the name of the text: an event that says more than usual has one of its own."""
    data = event["data"]
    if event["type"] == "escalation.routed" and data["climbed_by"]:
        return "escalation.routed climbed"
    if event["type"] == "escalation.group_noted" and data["remedy"]:
        return "escalation.group_noted remedy"
    if event["type"] == "negotiation.terms_recorded" and data["sum"] is None:
        return "negotiation.terms_recorded no money"
    return str(event["type"])


def _readable(value: Any, codes: Mapping[str, str]) -> Any:
    """Return event data as a person reads it: instants to the minute, yes and no, lists with commas."""
    match value:
        case dict():
            return {name: _readable(each, codes) for name, each in value.items()}
        case list() | tuple():
            return ", ".join(str(_readable(each, codes)) for each in value) or "-"
        case str() if _is_instant(value):
            return f"{datetime.fromisoformat(value):%d %b %H:%M}"
        case _:
            word = SPOKEN.get(str(value), str(value))
            return codes.get(word, word)


def _is_instant(text: str) -> bool:
    return len(text) >= _INSTANT_LENGTH and text[4:5] == "-" and text[10:11] == "T" and text[:4].isdecimal()


def _recorded_at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["recorded_at"])


def _quotes(events: Sequence[Mapping[str, Any]], narrative: str) -> tuple[str, ...]:
    read = (each["data"]["labels"]["timing"] for each in events if each["type"] == "complaint.classified")
    timing: Mapping[str, Any] = next(read, {})
    evidence = sorted(timing.get("evidence", ()), key=lambda each: -abs(each["points"]))
    quotes = [narrative[each["start"] : each["end"]] for each in evidence]
    # Of two that overlap, the longer says it all.
    whole = [quote for quote in quotes if not any(quote != other and quote in other for other in quotes)]
    return tuple(dict.fromkeys(whole))[:QUOTES_MAX]
