"""How the corpus's negotiations go, each a row of moves for every round: whoever's turn it is comes first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from operate.demo import bargaining as does
from operate.demo import concluding as ends
from operate.demo.case import Case, Move, Turn
from operate.demo.seen import Seen

Rows: TypeAlias = tuple[Move, ...]

OURS: Final[Rows] = (
    *does.evidence("own", "customer"),
    does.find_liability("ours", 100, "own", "customer"),
    does.name_terms,
)
SHARED: Final[Rows] = (
    *does.evidence("customer", "third_party"),
    does.find_liability("shared", 60, "customer", "third_party"),
    does.name_terms,
)
UNPROVEN: Final[Rows] = (
    *does.evidence("own"),
    does.find_liability("unproven", 0, "own"),
    does.name_terms,
)
DEAL: Final[Rows] = (ends.accept, ends.sign)
SETTLED: Final[Rows] = (ends.pay,)

# In return for what: codes of the contract (domain.md 4, reciprocity).
KEEPS_QUIET: Final = ["publicity"]
WAITS: Final = ["timing"]


def _offered(number: int, share: str, **more: Any) -> Rows:
    """Return an offer and, where it waits for approval, somebody else's."""
    return (does.offer(number, share, **more), does.approve)


PLAIN: Final[Rows] = (*OURS, *_offered(1, "1"), *DEAL)
REFUSED: Final[Rows] = (*UNPROVEN, ends.refuse("cannot_be_met", "explain", "service_terms_7"))
BARGAINS: Final[Mapping[str, tuple[Rows, ...]]] = {
    "plain": (PLAIN,),
    "declined_terms": ((*OURS[:-1], does.decline_terms, *_offered(1, "0.8"), *DEAL),),
    "haggled": ((*SHARED, *_offered(1, "0.5"), does.ask("0.8", "lower"), *_offered(2, "0.8"), *DEAL),),
    "raised": (
        (
            *SHARED,
            *_offered(1, "0.7"),
            does.ask("1.2", "higher"),
            *_offered(2, "1", concessions=KEEPS_QUIET),
            *DEAL,
        ),
    ),
    "approved": (PLAIN,),
    "denied": ((*SHARED, does.offer(1, "1"), does.deny_first, *_offered(2, "0.6"), *DEAL),),
    "expired": (
        (
            *OURS,
            *_offered(1, "0.7", valid_hours=does.SHORT_HOURS),
            does.let_expire,
            *_offered(2, "1", concessions=WAITS),
            *DEAL,
        ),
    ),
    "retracted": (
        (*OURS, *_offered(1, "0.6"), does.take_back, *_offered(2, "0.9", concessions=WAITS), *DEAL),
    ),
    "overridden": ((*OURS, *_offered(1, "0.5"), does.override(2, "0.8"), does.approve, *DEAL),),
    "unsigned": (
        (
            *OURS,
            *_offered(1, "0.7"),
            ends.accept,
            ends.decline_first,
            *_offered(2, "1", concessions=KEEPS_QUIET),
            ends.sign,
        ),
    ),
    "shelved": ((*SHARED, does.rest, *_offered(1, "0.7"), *DEAL),),
    "waived": (PLAIN,),
    "goodwill": ((*OURS[:-1], does.ask_for_no_money, *_offered(1, "0", remedies=["fix", "apology"]), *DEAL),),
    "reversed": (PLAIN,),
    "told": (
        (
            *does.evidence("own", "third_party"),
            does.find_liability("ours", 100, "own", "third_party"),
            does.attempt("before terms", "customer_terms_first", "0.4"),
            does.name_terms,
            does.offer(1, "0.4"),
            does.approve_oneself("proposer_is_not_approver"),
            does.approve,
            does.ask("1.2", "higher"),
            does.attempt("one-sided", "one_sided_concession", "0.7"),
            *_offered(2, "1", concessions=KEEPS_QUIET),
            ends.accept,
            ends.sign_and_try_again,
        ),
    ),
    "refused_then_settled": (REFUSED, (*SHARED, *_offered(1, "0.9"), *DEAL)),
    "cannot_be_met": (REFUSED,),
    "excessive": ((*UNPROVEN, ends.refuse("excessive", "law_and_facts", "consumer_law_55")),),
    "unreasonable": ((*UNPROVEN, ends.refuse("unreasonable", "law_and_facts", "service_terms_7")),),
    "settled_before": ((*UNPROVEN, ends.refuse("unreasonable", "law_and_facts", "signed_settlement")),),
    "taken_back": ((ends.no_longer_ask,),),
    "dropped": ((),),
    "referred": ((*SHARED, *_offered(1, "0.3"), ends.refer),),
    "left_talking": ((*SHARED, *_offered(1, "0.5")),),
}
# What those who pay do, where it is not just to pay.
PAYMENTS: Final[Mapping[str, Rows]] = {
    "reversed": (ends.bounce, ends.pay),
    "told": (ends.pay_wrongly("payment_not_as_agreed"), ends.pay),
}
# What each ends with, as far as compensation is concerned; what is not here ends with a settlement.
ENDS: Final[Mapping[str, str]] = {
    "cannot_be_met": "refused",
    "excessive": "refused",
    "unreasonable": "refused",
    "settled_before": "refused",
    "taken_back": "withdrawn",
    "dropped": "withdrawn",
    "referred": "referred",
    "left_talking": "open",
}
SETTLED_END: Final = "settled"
USUAL: Final = "plain"
_BEFORE_THE_HARM_STOPS: Final[Mapping[str, Move]] = {
    "waived": does.waive,
    "told": does.attempt("while it runs", "service_need_first", "0.2"),
}


def too_early(case: Case, seen: Seen, now: datetime) -> Turn:
    """Do what some do about money while the loss still runs."""
    move = _BEFORE_THE_HARM_STOPS.get(_name(case))
    if move is None or seen.talk is None or seen.timing != "ongoing" or not seen.talk.is_open:
        return None
    return move(case, seen, now)


def talk(case: Case, seen: Seen, now: datetime) -> Turn:
    """Go on with the negotiation, as long as there is something to agree on; then see to the payment."""
    if seen.talk is None:
        return None
    rows = _rounds(case, seen.talk.round) if seen.talk.is_open else PAYMENTS.get(_name(case), SETTLED)
    return next((turn for move in rows if (turn := move(case, seen, now)) is not None), None)


def end_of(bargain: str) -> str:
    """Return how a negotiation of this name ends."""
    return ENDS.get(bargain, SETTLED_END)


def _rounds(case: Case, number: int) -> Rows:
    rounds = BARGAINS[_name(case)]
    return rounds[min(number, len(rounds)) - 1]


def _name(case: Case) -> str:
    return case.tale.story.bargain or USUAL
