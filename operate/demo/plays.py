"""The plots of the corpus, each a row of moves: whoever's turn it is comes first. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from operate.demo import bargains, moves
from operate.demo.case import Case, Move, Turn
from operate.demo.seen import Seen

OPENING: Final[tuple[Move, ...]] = (
    moves.review,
    moves.acknowledge,
    bargains.too_early,
    moves.stop_harm,
    moves.give_account,
)
ENDING: Final[tuple[Move, ...]] = (moves.reply, bargains.talk, moves.answer, moves.visit)
PLOTS: Final[Mapping[str, tuple[Move, ...]]] = {
    "answered": (*OPENING, *ENDING),
    "answered_after_handover": (
        moves.review,
        moves.tell_earlier_bypass,
        moves.accept,
        moves.accept_for_the_group,
        *OPENING,
        *ENDING,
    ),
    "declined_handover": (moves.review, moves.decline, *OPENING, *ENDING),
    "not_solved_then_reopened": (
        *OPENING,
        moves.accept_again,
        moves.reply,
        bargains.talk,
        moves.answer,
        moves.find_unsolved,
        moves.visit,
    ),
    "withdrawn": (moves.review, moves.acknowledge, bargains.talk, moves.withdraw),
    "unreached": (*OPENING, moves.reply, bargains.talk, moves.answer, moves.visit_in_vain),
    "missed_deadline": (moves.wait_for_a_miss, moves.take_up_above, *OPENING, *ENDING),
    "referred": (*OPENING, moves.reply, bargains.talk, moves.refer),
    "left_open": (*OPENING, moves.reply, bargains.talk),
}


def next_turn(case: Case, seen: Seen, now: datetime) -> Turn:
    """Return what happens next, None when the players have nothing more to do (for now, or for good)."""
    if seen.timing is None:
        return None
    if seen.stage == "closed":
        return bargains.talk(case, seen, now) if seen.is_unpaid else None
    for move in PLOTS[case.tale.story.plot]:
        turn = move(case, seen, now)
        if turn is not None:
            return turn
    return None
