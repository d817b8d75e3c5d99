"""Whether the totals reconcile: what was sent, what the logs hold, what the topics say, what the lists show. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from operate.demo.books import Books, Check
from operate.demo.doors import Answer
from operate.demo.feeding import Fed
from operate.demo.moves import STAY_OPEN
from operate.demo.pledges import kept
from operate.demo.reading import ReadBack


def reckon(books: Books) -> list[Check]:
    """Return every check, those that fail included."""
    return [
        _all_registered(books),
        _closed_and_open(books),
        _open_are_owned(books),
        _stories_ended(books),
        _repeats(books.fed),
        *_topics(books),
        _only_planted(books),
        _nothing_parked(books),
        *_chains(books),
        *kept(books),
    ]


def closed_on_topic(read_back: ReadBack) -> set[str]:
    """Return the complaints whose last word on the topic is that they are closed, not that they were reopened."""
    last: dict[str, str] = {}
    for event in read_back.events.get("complaint", ()):
        if event.name in {"complaint.closed", "complaint.reopened"}:
            last[event.complaint] = event.name
    return {complaint for complaint, name in last.items() if name == "complaint.closed"}


def _all_registered(books: Books) -> Check:
    listed = sum(row["complaints"] for row in books.counts)
    told = len({event.complaint for event in books.read_back.named("complaint.registered")})
    refused = len(books.fed.refused)
    return Check(
        "Every complaint sent is registered once, in the list and on the topic",
        "发送的每件投诉都恰好受理一次，列表与主题一致",
        listed == told == books.fed.sent and not refused,
        f"sent {books.fed.sent} · list {listed} · topic {told} · refused {refused}",
    )


def _closed_and_open(books: Books) -> Check:
    closed = sum(row["complaints"] for row in books.counts if row["stage"] == "closed")
    still_open = sum(row["complaints"] for row in books.counts if row["stage"] != "closed")
    registered = len({event.complaint for event in books.read_back.named("complaint.registered")})
    told = len(closed_on_topic(books.read_back))
    return Check(
        "Registered = closed + open, in the list and on the topic",
        "受理 = 办结 + 在办，列表与主题一致",
        registered == closed + still_open and closed == told,
        f"{registered} = {closed} + {still_open} · topic {told} + {registered - told}",
    )


def _open_are_owned(books: Books) -> Check:
    owned = sum(bool(row["desk"]) for row in books.open_ones)
    clocked = sum(row["next_due"] is not None for row in books.open_ones)
    return Check(
        "Every open complaint has an owner and a clock",
        "每件在办投诉都有责任人和时限",
        owned == clocked == len(books.open_ones),
        f"open {len(books.open_ones)} · with owner {owned} · with clock {clocked}",
    )


def _stories_ended(books: Books) -> Check:
    still_open = {row["complaint"] for row in books.open_ones}
    wrong = [
        reference
        for reference, complaint in books.fed.complaints.items()
        if (complaint in still_open) != (books.tales[reference].story.plot in STAY_OPEN)
    ]
    return Check(
        "Every story ended as it was meant to",
        "每件投诉都按剧情收场",
        not wrong,
        f"{len(books.fed.complaints) - len(wrong)} of {len(books.fed.complaints)}"
        + (f" · not {', '.join(sorted(wrong)[:5])}" if wrong else ""),
    )


def _repeats(fed: Fed) -> Check:
    known = set(fed.complaints.values())
    quiet = [_is_quiet(answer, known) for answer in fed.duplicates]
    refused = [answer.rule == "reference_conflict" for answer in fed.conflicts]
    return Check(
        "The same reference again changes nothing; with other content it is refused",
        "同一编号重复提交不产生变化；内容不同则被拒绝",
        all(quiet) and all(refused),
        f"repeated {sum(quiet)}/{len(quiet)} · refused {sum(refused)}/{len(refused)}",
    )


def _is_quiet(answer: Answer, known: Iterable[str]) -> bool:
    return answer.is_well and not answer.document["events"] and answer.document["complaint"] in known


def _topics(books: Books) -> Iterable[Check]:
    for category, logged in sorted(books.public_events.items()):
        told = len(books.read_back.events.get(category, ()))
        yield Check(
            f"Events with public bytes = distinct records on amends.{category}.v1",
            f"公开事件数 = 主题 amends.{category}.v1 上的不同记录数",
            logged == told and not books.read_back.unreadable,
            f"log {logged} · topic {told}",
        )


def _only_planted(books: Books) -> Check:
    found = {
        (letter["topic"], letter["partition"], letter["offset"])
        for letters in books.dead_letters.values()
        for letter in letters
        if letter["settled_as"] is None
    }
    count = sum(len(letters) for letters in books.dead_letters.values())
    return Check(
        "No dead letters but the planted ones",
        "除预埋外没有死信",
        found == books.fed.planted and count == len(books.fed.planted),
        f"planted {len(books.fed.planted)} · found {count}",
    )


def _nothing_parked(books: Books) -> Check:
    parked = sum(each["parked"] for each in books.figures.values())
    unsent = sum(each["log_position"] - each["relay_position"] for each in books.figures.values())
    return Check(
        "Nothing is parked, nothing waits to be sent",
        "没有搁置的消息，没有待发送的事件",
        parked == unsent == 0,
        f"parked {parked} · unsent {unsent}",
    )


def _chains(books: Books) -> Iterable[Check]:
    for service, chain in books.chains.items():
        head = books.figures[service]["log_position"]
        yield Check(
            f"The hash chain of {service} verifies, from the first event to the last",
            f"{service} 的哈希链从头到尾校验通过",
            chain["whole"] and chain["positions"] == head > 0,
            f"{chain['positions']} of {head} events · {chain['links']} links",
        )
