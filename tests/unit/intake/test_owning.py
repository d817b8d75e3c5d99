from __future__ import annotations

from dataclasses import replace

import pytest

from eventlog.message import By
from services.intake.domain.complaint import commands
from services.intake.domain.complaint.events import (
    ComplaintAcknowledged,
    HandoverDeclined,
    HandoverOffered,
    OwnerChanged,
    Replied,
)
from services.intake.domain.complaint.state import Answered, Classified, InHand
from services.intake.domain.complaint.values import Owner
from tests.unit.intake.story import (
    ACCEPT,
    ACKNOWLEDGE,
    ANNA,
    ANSWER,
    CARL,
    CLASSIFY,
    CUSTOMER,
    DECLINE,
    DORA,
    EVE,
    MARA,
    OFFER,
    PLATFORM,
    REGISTER,
    REPLY,
    REVIEWER,
    SETTLED,
    STOP_HARM,
    SYSTEM,
    answered,
    case_of,
    classified,
    closed,
    given,
    in_hand,
    last,
    later,
    offered,
    owner_of,
    registered,
    reopened,
)

desk_owned = given().having(replace(REGISTER, by=PLATFORM, recorder=None), CLASSIFY)


def test_owner_acknowledges_and_has_it_in_hand() -> None:
    classified.when(ACKNOWLEDGE).then_types(ComplaintAcknowledged)

    assert isinstance(in_hand.state, InHand)


def test_acknowledging_twice_changes_nothing() -> None:
    in_hand.when(ACKNOWLEDGE).then_nothing()


@pytest.mark.parametrize("by", [DORA, MARA, CUSTOMER, SYSTEM, REVIEWER])
def test_nobody_but_the_owner_acknowledges_replies_or_answers(by: By) -> None:
    for command in (ACKNOWLEDGE, REPLY, ANSWER):
        classified.when(replace(command, by=by)).then_refused("owner_only")


def test_acknowledging_waits_for_the_classifier_and_ends_with_the_complaint() -> None:
    given().when(ACKNOWLEDGE).then_refused("not_registered")
    registered.when(ACKNOWLEDGE).then_refused("not_classified")
    closed.when(ACKNOWLEDGE).then_refused("complaint_closed")


def test_first_of_the_owning_desk_to_act_takes_the_complaint() -> None:
    taken, _ = desk_owned.when(ACKNOWLEDGE).then_types(OwnerChanged, ComplaintAcknowledged)

    assert isinstance(taken, OwnerChanged)
    assert (taken.was, taken.owner) == (Owner(None, "front", "agent"), Owner("anna", "front", "agent"))
    assert taken.how == "taken"
    desk_owned.having(ACKNOWLEDGE).when(replace(REPLY, by=DORA)).then_refused("owner_only")


def test_another_desk_does_not_act_for_the_owning_desk() -> None:
    desk_owned.when(replace(ACKNOWLEDGE, by=CARL)).then_refused("owner_only")
    at_the_desk = By(actor="rex", roles=("reviewer",), desk="front")
    desk_owned.when(replace(ACKNOWLEDGE, by=at_the_desk)).then_refused("owner_only")


def test_taking_a_complaint_leaves_the_offered_hand_over_open() -> None:
    story = desk_owned.having(replace(OFFER, by=SYSTEM), ACKNOWLEDGE)

    assert owner_of(story) == "anna"
    assert owner_of(story.having(ACCEPT)) == "carl"


def test_offer_names_desk_and_level_and_leaves_the_owner() -> None:
    [event] = in_hand.when(replace(OFFER, handler="carl", not_to=("zoe",))).then_types(HandoverOffered)

    assert isinstance(event, HandoverOffered)
    assert (event.desk, event.level, event.handler, event.not_to) == ("technical", "senior", "carl", ("zoe",))
    assert owner_of(offered) == "anna"


def test_same_offer_twice_changes_nothing() -> None:
    offered.when(OFFER).then_nothing()


def test_another_offer_replaces_the_first() -> None:
    climbed = offered.having(replace(OFFER, level="lead"))

    climbed.when(ACCEPT).then_refused("offered_desk_and_level_only")


@pytest.mark.parametrize("by", [ANNA, MARA, SYSTEM])
def test_owner_supervisor_and_route_offer(by: By) -> None:
    classified.when(replace(OFFER, by=by)).then_types(HandoverOffered)


@pytest.mark.parametrize("by", [DORA, EVE, CUSTOMER, PLATFORM])
def test_nobody_else_offers(by: By) -> None:
    classified.when(replace(OFFER, by=by)).then_refused("owner_or_supervisor_offers")


def test_offer_to_whom_already_has_it_changes_nothing() -> None:
    in_hand.when(replace(OFFER, desk="front", level="agent")).then_nothing()
    in_hand.when(replace(OFFER, handler="anna")).then_nothing()
    desk_owned.when(replace(OFFER, by=SYSTEM, desk="front", level="agent")).then_nothing()


def test_offer_to_the_owners_desk_is_made_when_another_or_a_higher_is_wanted() -> None:
    for wish in (
        replace(OFFER, desk="front", level="lead"),
        replace(OFFER, desk="front", level="agent", handler="dora"),
        replace(OFFER, desk="front", level="agent", not_to=("anna",)),
    ):
        in_hand.when(wish).then_types(HandoverOffered)
    reopened.when(replace(OFFER, desk="front", level="agent")).then_types(HandoverOffered)


def test_offer_waits_for_the_classifier_and_ends_with_the_complaint() -> None:
    registered.when(OFFER).then_refused("not_classified")
    closed.when(OFFER).then_refused("complaint_closed")


@pytest.mark.parametrize("by", [CARL, EVE])
def test_anyone_of_the_offered_desk_at_the_level_or_above_accepts(by: By) -> None:
    [event] = offered.when(replace(ACCEPT, by=by)).then_types(OwnerChanged)

    assert isinstance(event, OwnerChanged)
    assert (event.owner.actor, event.owner.desk, event.how) == (by.actor, "technical", "accepted")
    assert event.was == Owner("anna", "front", "agent")


@pytest.mark.parametrize(
    "by",
    [
        DORA,
        MARA,
        By(actor="tim", roles=("agent",), desk="technical"),
        By(actor="rex", roles=("reviewer",), desk="technical"),
    ],
)
def test_other_desk_or_lower_level_does_not_accept(by: By) -> None:
    offered.when(replace(ACCEPT, by=by)).then_refused("offered_desk_and_level_only")


def test_accepting_an_unacknowledged_complaint_takes_it_in_hand() -> None:
    story = classified.having(OFFER, ACCEPT)

    assert isinstance(classified.having(OFFER).state, Classified)
    assert isinstance(story.state, InHand)
    story.when(replace(ACKNOWLEDGE, by=CARL)).then_types(ComplaintAcknowledged)


def test_accepting_twice_changes_nothing() -> None:
    offered.having(ACCEPT).when(ACCEPT).then_nothing()


def test_accepting_without_an_offer_is_refused() -> None:
    in_hand.when(ACCEPT).then_refused("no_handover_offered")
    in_hand.when(DECLINE).then_refused("no_handover_offered")


def test_giver_cannot_answer_the_own_offer() -> None:
    own = in_hand.having(replace(OFFER, desk="front", level="agent", handler="dora"))

    own.when(replace(ACCEPT, by=ANNA)).then_refused("giver_is_not_taker")
    own.when(replace(DECLINE, by=ANNA)).then_refused("giver_is_not_taker")


def test_people_the_route_excludes_cannot_accept() -> None:
    excluding = in_hand.having(replace(OFFER, not_to=("carl",)))

    excluding.when(ACCEPT).then_refused("taker_excluded")
    excluding.when(replace(ACCEPT, by=EVE)).then_types(OwnerChanged)


def test_declining_keeps_the_owner_and_gives_the_reason() -> None:
    [event] = offered.when(DECLINE).then_types(HandoverDeclined)

    assert isinstance(event, HandoverDeclined)
    assert (event.desk, event.level, event.reason) == ("technical", "senior", "not our product")
    assert owner_of(offered.having(DECLINE)) == "anna"


def test_declined_offer_is_gone() -> None:
    offered.having(DECLINE).when(DECLINE).then_refused("no_handover_offered")
    offered.having(DECLINE).when(ACCEPT).then_refused("no_handover_offered")
    offered.having(DECLINE).when(replace(OFFER, at=later(minutes=20))).then_types(HandoverOffered)


def test_only_the_offered_desk_and_level_decline() -> None:
    offered.when(replace(DECLINE, by=DORA)).then_refused("offered_desk_and_level_only")


def test_former_owner_has_no_say_after_the_hand_over() -> None:
    offered.having(ACCEPT).when(REPLY).then_refused("owner_only")


def test_owner_replies_more_than_once() -> None:
    [event] = in_hand.when(REPLY).then_types(Replied)
    again = replace(REPLY, at=later(hours=2), text="He comes at three.")

    assert isinstance(event, Replied)
    assert event.text == "A fitter comes at two."
    in_hand.having(REPLY).when(again).then_types(Replied)


def test_same_reply_twice_changes_nothing() -> None:
    in_hand.having(REPLY).when(REPLY).then_nothing()


def test_reply_before_the_acknowledgement_acknowledges_too() -> None:
    classified.when(replace(REPLY, at=later(minutes=5))).then_types(ComplaintAcknowledged, Replied)


def test_hand_over_after_the_answer_leaves_it_answered() -> None:
    story = answered.having(replace(OFFER, at=later(hours=7)), replace(ACCEPT, at=later(hours=8)))

    assert isinstance(story.state, Answered)


def test_reopened_complaint_never_goes_back_to_its_last_owner() -> None:
    route = commands.OfferHandover(at=later(hours=32), by=SYSTEM, desk="front", level="agent")
    story = reopened.having(route)

    story.when(replace(ACCEPT, by=ANNA)).then_refused("giver_is_not_taker")
    handed_over = story.having(replace(ACCEPT, by=DORA))
    assert isinstance(last(handed_over), OwnerChanged)
    assert owner_of(handed_over) == "dora"


def test_answer_ends_an_offer_nobody_has_taken() -> None:
    for answer in (ANSWER, replace(SETTLED, at=ANSWER.at)):
        assert case_of(offered.having(answer)).offer is None
    offered.having(ANSWER).when(commands.AcceptHandover(at=later(hours=7), by=EVE)).then_refused(
        "no_handover_offered"
    )


def test_route_that_was_overtaken_by_the_answer_is_not_offered() -> None:
    stale = replace(OFFER, by=SYSTEM, desk="care", at=later(hours=7), as_of=STOP_HARM.at)

    answered.when(stale).then_nothing()
    answered.when(replace(stale, as_of=later(hours=7))).then_types(HandoverOffered)
    answered.when(replace(OFFER, by=MARA, desk="care", at=later(hours=7))).then_types(HandoverOffered)
    in_hand.when(replace(stale, at=later(hours=4))).then_types(HandoverOffered)
