"""Whether negotiations, signatures, payments and flags fit one another and their stories. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import starmap
from typing import Final

from operate.demo import dealings
from operate.demo.bargains import SETTLED_END, USUAL, end_of
from operate.demo.books import Books, Check
from operate.demo.tales import Tale

# So many complaints of the corpus's professional make the bill; a small demo may have fewer in play.
BILL_NEEDS: Final = 3
_SHOWN: Final = 5


def kept(books: Books) -> Iterator[Check]:
    """Yield the checks, those that fail included."""
    yield _talks_ended(books)
    yield _talks_answer(books)
    yield _signed_and_paid(books)
    yield _sums(books)
    yield _matters_raised(books)
    yield _flagged(books)
    yield _screened(books)
    yield _refused_as_they_must(books)
    yield _no_surprises(books)
    if books.bundle_holds is not None:
        yield Check(
            "The evidence bundle that is told of verifies offline",
            "所述证据包离线校验通过",
            books.bundle_holds,
            "amends evidence check",
        )


def _talks_ended(books: Books) -> Check:
    ends = dealings.ends_of(books.read_back)
    wrong = [
        tale.reference
        for tale, complaint in _played(books)
        if (tale.story.bargain or complaint in ends)
        and ends.get(complaint) != end_of(tale.story.bargain or USUAL)
    ]
    counted = " · ".join(starmap("{} {}".format, sorted(Counter(ends.values()).items())))
    return Check(
        "Every negotiation ended as its story says",
        "每件协商都按剧情收场",
        not wrong,
        f"{counted}{_named(wrong)}",
    )


def _talks_answer(books: Books) -> Check:
    """Whether intake answered what was settled and what was refused, and nothing else, by these outcomes."""
    answered: dict[str, str] = {}
    for event in books.read_back.named("complaint.answered"):
        answered[event.complaint] = str(event.data["outcome"])
    ends = dealings.ends_of(books.read_back)
    settled = {complaint for complaint, end in ends.items() if end == SETTLED_END}
    refused = {complaint for complaint, end in ends.items() if end == "refused"}
    said_settled = {complaint for complaint, outcome in answered.items() if outcome == "settled"}
    said_refused = {complaint for complaint in refused if answered.get(complaint) == "refused"}
    return Check(
        "What is settled or refused is answered so by itself",
        "和解与不予支持的，自动据此答复",
        settled == said_settled and refused == said_refused,
        f"settled {len(said_settled)}/{len(settled)} · refused {len(said_refused)}/{len(refused)}",
    )


def _signed_and_paid(books: Books) -> Check:
    read = books.read_back
    settled = dealings.complaints_with(read.named("negotiation.settled"))
    by_company = dealings.complaints_with(read.named("negotiation.company_signed"))
    by_customer = dealings.complaints_with(read.named("negotiation.customer_signed"))
    archived = dealings.complaints_with(read.named("negotiation.archived"))
    with_money = {
        event.complaint
        for event in read.named("negotiation.settled")
        if Decimal(str(event.data["sum"]["amount"]))
    }
    instructed = {str(event.data["payment"]) for event in read.named("negotiation.payment_instructed")}
    ordered = {str(order["payment"]) for order in books.orders}
    paid = dealings.complaints_with(read.named("negotiation.paid"))
    reversed_ = len(list(read.named("negotiation.payment_reversed")))
    return Check(
        "Settled = signed by both = archived; with money = paid; instructions = payment orders",
        "和解 = 双方签署 = 归档；有金额的 = 已付款；付款指令 = 付款单",
        settled == by_company == by_customer == archived
        and with_money == paid
        and instructed == ordered
        and len(instructed) == len(with_money) + reversed_,
        f"settled {len(settled)} · signed {len(by_customer)} + {len(by_company)} · archived {len(archived)} · with "
        f"money {len(with_money)} · orders {len(ordered)} ({reversed_} anew) · paid {len(paid)}",
    )


def _sums(books: Books) -> Check:
    sums = dealings.sums_of(books.read_back)
    return Check(
        "The sums agreed are the sums paid, currency by currency",
        "约定金额与实付金额逐币种相等",
        sums.agreed == sums.paid,
        " · ".join(f"{currency} {amount:,}" for currency, amount in sums.paid.items()) or "none",
    )


def _matters_raised(books: Books) -> Check:
    told = dealings.complaints_with(books.read_back.named("negotiation.settled_matter_raised"))
    meant = {
        complaint
        for tale, complaint in _played(books)
        if tale.story.settled_before and tale.story.again_of in books.tales
    }
    return Check(
        "Who complains again after a settlement is shown what was signed, and nobody else is",
        "和解后就同一事项再次投诉的，均出示已签协议，且仅限此类",
        told == meant,
        f"{len(told & meant)} of {len(meant)}",
    )


def _flagged(books: Books) -> Check:
    persons, flags = dealings.persons_of(books.read_back), dealings.flags_of(books.read_back)
    professional = Counter(
        persons[each] for tale, each in _played(books) if tale.story.watch == "professional"
    )
    watched = {person for person, count in professional.items() if count >= BILL_NEEDS}
    proposed = {person for person, flag in flags.items() if flag.names["proposed"]}
    confirmed = {person for person, flag in flags.items() if flag.names["confirmed"]}
    frequent = {persons[each] for tale, each in _played(books) if tale.story.watch == "frequent_justified"}
    return Check(
        "The professional complainant is proposed and confirmed; the justified frequent one is not, nor anybody else",
        "职业投诉人被提议并经确认；正当的多次投诉人及其他人均未被提议",
        proposed == confirmed == watched and not proposed & frequent,
        f"proposed {len(proposed)} · confirmed {len(confirmed)} · of them justified {len(proposed & frequent)}",
    )


def _screened(books: Books) -> Check:
    """Whether each complaint of a flagged person that came after the flag was said to be so, and went by it."""
    flags, persons = dealings.flags_of(books.read_back), dealings.persons_of(books.read_back)
    since = {str(event.data["person"]): event.at for event in books.read_back.named("flag.confirmed")}
    later = {
        event.complaint
        for event in books.read_back.named("complaint.registered")
        if (at := since.get(persons[event.complaint])) is not None and event.at > at
    }
    said = {complaint for flag in flags.values() for complaint in flag.screened}
    routed = dealings.complaints_with(
        event
        for event in books.read_back.named("escalation.routed")
        if str(event.data["rule"]).startswith("flag_")
    )
    return Check(
        "Every later complaint of a flagged person is registered like any other, screened, and routed by the flag",
        "被标记人之后的每件投诉照常受理，经筛查后按标记分派",
        later <= said & routed,
        f"later {len(later)} · routed by it {len(later & routed)} · screened in all {len(said)}",
    )


def _refused_as_they_must(books: Books) -> Check:
    attempts = [(each.door, each.expected, each.rule) for each in books.attempts]
    attempts += [
        (each.door, each.expects, each.answer.rule) for judged in books.judged.values() for each in judged
    ]
    wrong = [f"{door}: {rule} for {expected}" for door, expected, rule in attempts if rule != expected]
    refused = sum(bool(expected) for _, expected, _ in attempts)
    return Check(
        "What had to be refused was, each by its rule",
        "应当被拒绝的操作均按规则名被拒绝",
        not wrong,
        f"{refused - len(wrong)} of {refused}{_named(wrong)}",
    )


def _no_surprises(books: Books) -> Check:
    return Check(
        "Whatever else anybody tried was done",
        "其余操作均已完成，没有意外的拒绝",
        not books.surprises,
        ", ".join(f"{what} x{count}" for what, count in books.surprises.items()) or "surprises 0",
    )


def _played(books: Books) -> Iterator[tuple[Tale, str]]:
    return ((books.tales[reference], complaint) for reference, complaint in books.fed.complaints.items())


def _named(wrong: list[str]) -> str:
    return f" · not {', '.join(sorted(wrong)[:_SHOWN])}" if wrong else ""
