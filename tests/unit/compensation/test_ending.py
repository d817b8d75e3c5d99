from __future__ import annotations

from dataclasses import replace

import pytest

from services.compensation.domain.negotiation import events as said
from services.compensation.domain.negotiation.state import RefusalGiven, Withdrawn
from tests.unit.compensation.story import (
    CORRECT_TO_RUNNING,
    CUSTOMER,
    EARLIER,
    LINK,
    RAISE_MATTER,
    REFER,
    REFUSE,
    SHELVE,
    TAKE_BACK,
    UNLINK,
    WITHDRAW,
    Story,
    agreed,
    archived,
    awaiting,
    bargaining,
    customer_signed,
    linked,
    offered,
    registered,
    reviewing,
    running,
    settled,
    waiting,
)


@pytest.mark.parametrize(
    "story",
    [reviewing, awaiting, bargaining, bargaining.having(SHELVE)],
    ids=["liability", "terms", "bargaining", "rest"],
)
def test_a_refusal_names_class_strategy_basis_and_appeal(story: Story) -> None:
    [refused] = story.when(REFUSE).then_types(said.DemandRefused)

    assert isinstance(refused, said.DemandRefused)
    assert (refused.refusal_class, refused.strategy) == ("excessive", "law_and_facts")
    assert (refused.basis, refused.appeal) == (REFUSE.basis, REFUSE.appeal)
    assert isinstance(story.having(REFUSE).state, RefusalGiven)


def test_the_same_refusal_again_is_quiet_and_another_comes_too_late() -> None:
    refused = bargaining.having(REFUSE)

    refused.when(REFUSE).then_nothing()
    refused.when(replace(REFUSE, basis="house-rules.7")).then_refused("round_over")


@pytest.mark.parametrize("wrong", ["", " ", "I think so"])
def test_a_refusal_without_a_part_is_refused_by_that_part(wrong: str) -> None:
    bargaining.when(replace(REFUSE, refusal_class=wrong)).then_refused("refusal_without_class")
    bargaining.when(replace(REFUSE, strategy=wrong)).then_refused("refusal_without_strategy")
    bargaining.when(replace(REFUSE, basis=wrong)).then_refused("refusal_without_basis")
    bargaining.when(replace(REFUSE, appeal=wrong)).then_refused("refusal_without_appeal")
    bargaining.when(replace(REFUSE, text=" ")).then_refused("refusal_without_text")


def test_nothing_is_refused_while_the_loss_runs() -> None:
    running.when(REFUSE).then_refused("service_need_first")
    bargaining.having(CORRECT_TO_RUNNING).when(REFUSE).then_refused("service_need_first")


def test_nothing_is_refused_while_an_own_offer_stands() -> None:
    offered.when(REFUSE).then_refused("offer_still_live")
    offered.having(TAKE_BACK).when(REFUSE).then_types(said.DemandRefused)
    waiting.when(REFUSE).then_refused("offer_in_approval")
    bargaining.having(REFER).when(REFUSE).then_refused("talk_is_referred")


def test_what_is_agreed_is_not_refused() -> None:
    agreed.when(REFUSE).then_refused("already_agreed")
    settled.when(REFUSE).then_refused("already_settled")


@pytest.mark.parametrize("story", [running, reviewing, bargaining, waiting, offered, agreed, linked])
def test_the_customer_withdraws_until_having_signed(story: Story) -> None:
    [withdrawn] = story.when(WITHDRAW).then_types(said.Withdrawn)

    assert isinstance(withdrawn, said.Withdrawn)
    assert withdrawn.words == WITHDRAW.words
    assert isinstance(story.having(WITHDRAW).state, Withdrawn)


def test_what_the_customer_has_signed_stands() -> None:
    customer_signed.when(WITHDRAW).then_refused("already_signed")
    settled.when(WITHDRAW).then_refused("already_settled")
    archived.when(WITHDRAW).then_refused("already_settled")


def test_withdrawing_again_is_quiet() -> None:
    bargaining.having(WITHDRAW).when(WITHDRAW).then_nothing()
    bargaining.having(REFUSE).when(WITHDRAW).then_refused("round_over")


@pytest.mark.parametrize("story", [registered, running, archived])
def test_a_settled_matter_raised_again_is_said_once_for_each_other(story: Story) -> None:
    [raised] = story.having(LINK).when(RAISE_MATTER).then_types(said.SettledMatterRaised)

    assert isinstance(raised, said.SettledMatterRaised)
    assert (raised.other, raised.document) == (EARLIER, RAISE_MATTER.document)
    story.having(LINK, RAISE_MATTER).when(RAISE_MATTER).then_nothing()


def test_only_a_linked_matter_is_raised_and_by_the_system() -> None:
    running.when(RAISE_MATTER).then_refused("not_linked")
    running.having(LINK, UNLINK).when(RAISE_MATTER).then_refused("not_linked")
    running.having(LINK).when(replace(RAISE_MATTER, by=CUSTOMER)).then_refused("system_only")
