from __future__ import annotations

from dataclasses import replace

import pytest

from services.compensation.domain.negotiation import commands, facts
from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import LiabilityReview, TermsAwaited
from services.compensation.domain.negotiation.values import Cited, Owner, Party
from tests.unit.compensation.story import (
    ANNA,
    ANSWER,
    BIG_OFFER,
    CARL,
    CLASSIFY_NO_MONEY,
    CLOSE,
    CORRECT_TO_RUNNING,
    CUSTOMER,
    DESK_OWNS,
    EVE,
    EVE_OWNS,
    FIND,
    GROUPED,
    LOWER,
    MARA,
    MORE,
    OF_CUSTOMER,
    OFFER,
    OPEN_ROUND,
    OWN,
    REFER,
    REFUSE,
    REOPEN,
    SHELVE,
    STOP_HARM,
    TERMS,
    THIRD,
    WAIVE,
    Story,
    agreed,
    archived,
    awaiting,
    bargaining,
    given,
    later,
    note,
    offered,
    paid,
    registered,
    reviewing,
    running,
    settled,
)

WITHOUT_DEMAND = registered.having(CLASSIFY_NO_MONEY)
MOVES = [OPEN_ROUND, FIND, OFFER, SHELVE, REFER, REFUSE]


def test_a_round_is_opened_by_hand_with_a_reason() -> None:
    [opened] = WITHOUT_DEMAND.when(OPEN_ROUND).then_types(said.Opened)

    assert isinstance(opened, said.Opened)
    assert (opened.why, opened.round, opened.reason) == ("by_hand", 1, OPEN_ROUND.reason)
    WITHOUT_DEMAND.when(replace(OPEN_ROUND, reason=" ")).then_refused("reason_missing")


def test_one_round_at_a_time_is_open() -> None:
    for story in (running, bargaining, agreed):
        story.when(OPEN_ROUND).then_refused("round_already_open")


def test_after_a_settlement_the_next_round_waits_for_the_archive() -> None:
    for story in (settled, paid):
        story.when(OPEN_ROUND).then_refused("settlement_in_hand")
    [opened] = archived.when(OPEN_ROUND).then_types(said.Opened)

    assert isinstance(opened, said.Opened)
    assert opened.round == 2


def test_a_closed_or_answered_complaint_opens_no_round() -> None:
    registered.having(CLOSE).when(OPEN_ROUND).then_refused("complaint_closed")
    WITHOUT_DEMAND.having(ANSWER).when(OPEN_ROUND).then_refused("complaint_answered")


@pytest.mark.parametrize("move", MOVES, ids=lambda move: type(move).__name__)
def test_nothing_is_moved_on_a_complaint_nobody_registered(move: commands.NegotiationCommand) -> None:
    given().when(move).then_refused("not_registered")
    given().having(GROUPED).when(move).then_refused("not_registered")


@pytest.mark.parametrize("move", MOVES[1:], ids=lambda move: type(move).__name__)
def test_nothing_is_moved_before_a_round_is_open(move: commands.NegotiationCommand) -> None:
    registered.when(move).then_refused("no_round_open")


@pytest.mark.parametrize("move", [FIND, OFFER, SHELVE, REFER], ids=lambda move: type(move).__name__)
def test_nothing_is_moved_once_the_round_is_over(move: commands.NegotiationCommand) -> None:
    bargaining.having(REFUSE).when(move).then_refused("round_over")
    agreed.when(move).then_refused("already_agreed")
    settled.when(move).then_refused("already_settled")


MOVED: list[tuple[Story, commands.NegotiationCommand]] = [
    (WITHOUT_DEMAND, OPEN_ROUND),
    (reviewing, FIND),
    (bargaining, OFFER),
    (offered, commands.WithdrawOffer(at=later(hours=5), by=CARL, offer=1, reason="a slip")),
    (bargaining, SHELVE),
    (bargaining.having(SHELVE), commands.Resume(at=later(hours=6), by=CARL, reason="here we go")),
    (bargaining, REFER),
    (bargaining.having(REFER), commands.ReturnReferral(at=later(days=1), by=CARL, outcome="rejected")),
    (bargaining, REFUSE),
]


@pytest.mark.parametrize(("story", "move"), MOVED, ids=[type(move).__name__ for _, move in MOVED])
def test_a_move_is_the_owners_or_a_supervisors(story: Story, move: commands.OpenRound) -> None:
    for by in (ANNA, EVE, CUSTOMER):
        story.when(replace(move, by=by)).then_refused("owner_or_supervisor_only")

    assert story.when(replace(move, by=CARL)).refused is None
    assert story.when(replace(move, by=MARA)).refused is None


def test_the_owner_changes_with_intake() -> None:
    taken_over = reviewing.having(EVE_OWNS)

    taken_over.when(FIND).then_refused("owner_or_supervisor_only")
    taken_over.when(replace(FIND, by=EVE)).then_types(said.LiabilityFound)


def test_while_a_desk_owns_anybody_of_it_and_its_level_may_move() -> None:
    of_the_desk = reviewing.having(DESK_OWNS)

    for by in (CARL, EVE):
        of_the_desk.when(replace(FIND, by=by)).then_types(said.LiabilityFound)
    of_the_desk.when(replace(FIND, by=ANNA)).then_refused("owner_or_supervisor_only")


def test_a_desk_of_a_level_nobody_here_knows_leaves_the_moves_to_supervisors() -> None:
    unknown = reviewing.having(note(6, facts.OwnerChanged(owner=Owner(None, "care", "director"))))

    unknown.when(replace(FIND, by=EVE)).then_refused("owner_or_supervisor_only")
    unknown.when(replace(FIND, by=MARA)).then_types(said.LiabilityFound)


def test_no_liability_is_talked_about_while_the_loss_runs() -> None:
    running.when(FIND).then_refused("service_need_first")


def test_a_supervisor_waives_the_service_need_with_a_reason() -> None:
    [waived] = running.when(WAIVE).then_types(said.ServiceWaived)

    assert isinstance(waived, said.ServiceWaived)
    assert waived.reason == WAIVE.reason
    assert isinstance(running.having(WAIVE).state, LiabilityReview)
    running.when(replace(WAIVE, by=CARL)).then_refused("supervisor_only")
    running.when(replace(WAIVE, reason="")).then_refused("reason_missing")


def test_waiving_what_is_not_due_is_quiet() -> None:
    reviewing.when(WAIVE).then_nothing()
    running.having(WAIVE).when(WAIVE).then_nothing()
    running.having(STOP_HARM).when(WAIVE).then_nothing()


def test_no_offer_is_made_while_the_loss_runs_again() -> None:
    again = bargaining.having(CORRECT_TO_RUNNING)

    again.when(OFFER).then_refused("service_need_first")
    again.having(WAIVE).when(OFFER).then_types(said.OfferMade)


def test_a_finding_leads_on_to_the_customers_terms() -> None:
    [found] = reviewing.when(FIND).then_types(said.LiabilityFound)

    assert isinstance(found, said.LiabilityFound)
    assert (found.party, found.our_percent, found.evidence) == ("ours", 100, (OWN, THIRD))
    assert isinstance(awaiting.state, TermsAwaited)


def test_the_same_finding_again_is_quiet_and_another_revises_it() -> None:
    awaiting.when(FIND).then_nothing()
    bargaining.when(FIND).then_nothing()
    bargaining.when(replace(FIND, party="shared", our_percent=50)).then_types(said.LiabilityFound)
    assert type(bargaining.having(replace(FIND, party="shared", our_percent=50)).state) is type(
        bargaining.state
    )


def test_a_finding_has_evidence_and_a_reason() -> None:
    reviewing.when(replace(FIND, evidence=())).then_refused("evidence_missing")
    reviewing.when(replace(FIND, reason=" ")).then_refused("reason_missing")


@pytest.mark.parametrize(
    ("party", "percent"),
    [("ours", 99), ("shared", 0), ("shared", 100), ("third_party", 1), ("customer", 50), ("unproven", 100)],
)
def test_the_percentage_fits_the_finding(party: Party, percent: int) -> None:
    reviewing.when(replace(FIND, party=party, our_percent=percent)).then_refused("liability_percent_mismatch")


@pytest.mark.parametrize("party", ["customer", "unproven", "third_party"])
def test_own_evidence_alone_does_not_stand_against_third_party_evidence(party: Party) -> None:
    against = replace(FIND, party=party, our_percent=0, evidence=(OWN,))

    reviewing.when(against).then_types(said.LiabilityFound)
    awaiting.when(against).then_refused("third_party_evidence_outranks")
    awaiting.when(replace(against, evidence=(OWN, THIRD))).then_types(said.LiabilityFound)
    awaiting.when(replace(against, evidence=(OF_CUSTOMER,))).then_types(said.LiabilityFound)


def test_own_evidence_alone_does_not_lower_what_rests_on_third_party_evidence() -> None:
    lowered = replace(FIND, party="shared", our_percent=40, evidence=(OWN,))

    awaiting.when(lowered).then_refused("third_party_evidence_outranks")
    reviewing.having(replace(FIND, evidence=(OWN,))).when(lowered).then_types(said.LiabilityFound)


def test_third_party_evidence_of_an_earlier_round_still_outranks() -> None:
    next_round = awaiting.having(ANSWER, REOPEN)
    against = replace(FIND, party="customer", our_percent=0, evidence=(OWN,), at=later(days=5))

    next_round.when(against).then_refused("third_party_evidence_outranks")
    for less in (replace(against, party="third_party"), replace(against, party="shared", our_percent=1)):
        next_round.when(less).then_refused("third_party_evidence_outranks")
    next_round.when(replace(against, evidence=(OWN, THIRD))).then_types(said.LiabilityFound)


def test_evidence_keeps_its_origin() -> None:
    relabelled = replace(FIND, evidence=(Cited(OWN.sha256, "third_party"),))

    awaiting.when(relabelled).then_refused("evidence_origin_differs")
    reviewing.when(replace(FIND, evidence=(OWN, Cited(OWN.sha256, "third_party")))).then_refused(
        "evidence_origin_differs"
    )


def test_money_is_talked_about_only_after_liability_and_terms() -> None:
    for early in (OFFER, BIG_OFFER, MORE):
        running.when(early).then_refused("service_need_first")
        reviewing.when(early).then_refused("liability_first")
        awaiting.when(early).then_refused("customer_terms_first")
    for words in (TERMS, LOWER):
        running.when(words).then_refused("service_need_first")
        reviewing.when(words).then_refused("liability_first")
