"""One negotiation's people, times, facts and moves, for the tests of compensation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from eventlog.message import By
from eventlog.testing import Given, Scenario
from services.compensation.domain.negotiation import commands, facts
from services.compensation.domain.negotiation.authority import COMPENSATION
from services.compensation.domain.negotiation.commands import NegotiationCommand, NoteFact
from services.compensation.domain.negotiation.decide import negotiation_decider
from services.compensation.domain.negotiation.events import AnyNegotiationEvent, PaymentInstructed
from services.compensation.domain.negotiation.records import Case, Round
from services.compensation.domain.negotiation.state import Heard, NotHeard, State
from services.compensation.domain.negotiation.values import Cited, Custodian, Demanded, Owner, Remedy
from services.compensation.policy_files import load_negotiation_policy
from services.compensation.reactions import on_timer
from shared_kernel.money import Money, money

COMPLAINT = "018f0000-0000-8000-8000-000000000001"
EARLIER = "018f0000-0000-8000-8000-000000000002"
PERSON = "018f0000-0000-8000-8000-0000000000aa"
GROUP = "018f0000-0000-8000-8000-0000000000c1"

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def later(**lapse: float) -> datetime:
    return NOON + timedelta(**lapse)


def yuan(amount: str) -> Money:
    return money(amount, "CNY")


CARL = By(actor="carl", roles=("senior",), desk="care")
ANNA = By(actor="anna", roles=("agent",), desk="front")
EVE = By(actor="eve", roles=("lead",), desk="care")
MARA = By(actor="mara", roles=("manager",), desk="customer_relations")
OTTO = By(actor="otto", roles=("executive",), desk="board")
CUSTOMER = By(actor=PERSON, roles=("customer",))
STRANGER = By(actor=EARLIER, roles=("customer",))
PLATFORM = By(actor="bank", roles=("platform",))

POLICY = load_negotiation_policy()
DECIDER = negotiation_decider(POLICY)
given = Scenario(DECIDER).given

Story = Given[State, NegotiationCommand, AnyNegotiationEvent]

TAP = "Kitchen tap Model T1"
MONEY_ASKED = (Demanded("compensation", Decimal(2000), "CNY"), Demanded("apology"))


def note(version: int, fact: facts.Fact, at: datetime = NOON, **fields: Any) -> NoteFact:
    """A fact told by the complaint's own stream, at a version of it."""
    cause = fields.pop("cause", f"complaint-{COMPLAINT}@{version}")
    return NoteFact(
        at=at, by=COMPENSATION, complaint=COMPLAINT, person=PERSON, cause=cause, fact=fact, **fields
    )


def told_by_escalation(version: int, fact: facts.Fact, at: datetime = NOON) -> NoteFact:
    return note(version, fact, at, cause=f"escalation-{COMPLAINT}@{version}")


REGISTER = note(
    1,
    facts.Registered(
        source="callcentre",
        reference="R-1",
        received_at=NOON,
        owner=Owner("carl", "care", "senior"),
        tier="silver",
        cause_words=("water_leak",),
    ),
    customer=facts.Customer(
        name="Li Hua", email="li.hua@example.com", payout_account="6222 0000 1111", product=TAP
    ),
)
CLASSIFY = note(2, facts.Classified(harm_running=False, language="zh", demands=MONEY_ASKED))
CLASSIFY_RUNNING = note(2, facts.Classified(harm_running=True, language="zh", demands=MONEY_ASKED))
CLASSIFY_NO_MONEY = note(2, facts.Classified(harm_running=False, language="en", demands=(Demanded("fix"),)))
CORRECT_TO_MONEY = note(3, facts.Corrected(demands=MONEY_ASKED), later(hours=1))
CORRECT_TO_RUNNING = note(3, facts.Corrected(harm_running=True), later(hours=1))
STOP_HARM = note(4, facts.HarmStopped(), later(hours=1))
ANSWER = note(7, facts.Answered(outcome="answered"), later(days=3))
ANSWER_REFUSED = note(7, facts.Answered(outcome="refused"), later(days=3))
REOPEN = note(8, facts.Reopened(why="customer"), later(days=4))
CLOSE = note(9, facts.Closed(outcome="answered"), later(days=5))
CLOSE_WITHDRAWN = note(9, facts.Closed(outcome="withdrawn"), later(days=5))
CLOSE_ELSEWHERE = note(9, facts.Closed(outcome="decided_elsewhere"), later(days=5))
LINK = note(5, facts.Linked(other=EARLIER, why="same_order"), later(minutes=5))
UNLINK = note(6, facts.Unlinked(other=EARLIER), later(minutes=6))
EVE_OWNS = note(6, facts.OwnerChanged(owner=Owner("eve", "care", "lead")), later(minutes=30))
DESK_OWNS = note(6, facts.OwnerChanged(owner=Owner(None, "care", "senior")), later(minutes=30))
BYPASS = told_by_escalation(3, facts.Bypassed(step="recorded", target="regulator"))
GROUPED = told_by_escalation(
    1,
    facts.Grouped(
        group=GROUP, role="follower", stage="followers", remedy=Remedy("refund", Decimal(500), "CNY")
    ),
)
LEFT_GROUP = told_by_escalation(2, facts.Grouped(group=GROUP, role=None, stage=None))

OWN = Cited("a" * 64, "own")
THIRD = Cited("b" * 64, "third_party")
OF_CUSTOMER = Cited("c" * 64, "customer")

OPEN_ROUND = commands.OpenRound(at=later(days=6), by=CARL, reason="a new receipt has come up")
WAIVE = commands.WaiveService(at=later(hours=2), by=MARA, reason="the spare part takes a month")
FIND = commands.FindLiability(
    at=later(hours=2),
    by=CARL,
    party="ours",
    our_percent=100,
    evidence=(OWN, THIRD),
    reason="the seal was ours",
)
TERMS = commands.RecordTerms(
    at=later(hours=3),
    by=CUSTOMER,
    demands=MONEY_ASKED,
    sum=yuan("2000.00"),
    words="two thousand and a letter",
)
DECLINE_TERMS = commands.DeclineTerms(at=later(hours=3), by=CUSTOMER, words="you tell me first")
LOWER = commands.ChangeDemand(
    at=later(hours=5), by=CUSTOMER, sum=yuan("1500.00"), words="fifteen hundred then"
)
RAISE = commands.ChangeDemand(at=later(hours=5), by=CUSTOMER, sum=yuan("2500.00"), words="now I want more")
OFFER = commands.MakeOffer(
    at=later(hours=4),
    by=CARL,
    sum=yuan("400.00"),
    given_today=yuan("0.00"),
    remedies=("apology",),
    terms="400 yuan and a written apology",
    reason="as the repair cost",
)
BIG_OFFER = commands.MakeOffer(
    at=later(hours=4),
    by=CARL,
    sum=yuan("1800.00"),
    given_today=yuan("0.00"),
    terms="1800 yuan in one sum",
    reason="the floor was ruined too",
)
MORE = commands.MakeOffer(
    at=later(hours=6),
    by=CARL,
    sum=yuan("600.00"),
    given_today=yuan("400.00"),
    remedies=("apology",),
    concessions=("publicity",),
    terms="600 yuan, and the matter stays between us",
)
GRANT = commands.GrantApproval(at=later(hours=5), by=EVE, offer=1, reason="the photographs are clear")
DENY = commands.DenyApproval(at=later(hours=5), by=EVE, offer=1, reason="not for a tap")
TAKE_BACK = commands.WithdrawOffer(at=later(hours=5), by=CARL, offer=1, reason="a slip of the pen")
ACCEPT = commands.AcceptOffer(at=later(hours=7), by=CUSTOMER, offer=1)
SHELVE = commands.Shelve(at=later(hours=5), by=CARL, until=later(days=5), reason="waits for the laboratory")
RESUME = commands.Resume(at=later(days=1), by=CARL, reason="the laboratory has answered")
REFER = commands.Refer(
    at=later(hours=5), by=CARL, to="mediator", until=later(days=30), reason="we do not get any further"
)
RETURN = commands.ReturnReferral(at=later(days=9), by=CARL, outcome="rejected")
RETURN_DECIDED = commands.ReturnReferral(at=later(days=9), by=CARL, outcome="decided")
REFUSE = commands.Refuse(
    at=later(hours=8),
    by=CARL,
    refusal_class="excessive",
    strategy="law_and_facts",
    basis="consumer-law.art-55",
    appeal="consumer-council",
    text="the loss you name is not on the bill",
)
WITHDRAW = commands.Withdraw(at=later(hours=8), by=CUSTOMER, words="let it be")

DOCUMENT, SIGNED, CERTIFICATE, EXTRACT, CONSENT, MANIFEST, TOKEN = (letter * 64 for letter in "d123456")
RENDER = commands.RecordDocument(
    at=later(hours=7), by=COMPENSATION, document=DOCUMENT, language="zh", pages=2
)
ISSUE = commands.IssueSigningLink(
    at=later(hours=7), by=COMPENSATION, document=DOCUMENT, token_hash=TOKEN, expires_at=later(days=5)
)
SIGN = commands.SignAsCustomer(
    at=later(hours=9), by=CUSTOMER, document=DOCUMENT, link=TOKEN, means="typed", consent=CONSENT
)
LET_LAPSE = commands.LetLapse(at=later(days=30), by=CARL, reason="no word since the letter")
DECLINE_SIGNING = commands.DeclineSigning(
    at=later(hours=9), by=CUSTOMER, document=DOCUMENT, link=TOKEN, reason="the name is misspelt"
)
COMPANY_SIGNS = commands.SignAsCompany(
    at=later(hours=10),
    by=COMPENSATION,
    document=DOCUMENT,
    signed=SIGNED,
    certificate=CERTIFICATE,
    extract=EXTRACT,
    custody=(Custodian("company", "original"), Custodian("customer", "copy"), Custodian("vault", "copy")),
)
ARCHIVE = commands.Archive(at=later(days=2), by=COMPENSATION, manifest=MANIFEST)
RAISE_MATTER = commands.RaiseSettledMatter(
    at=later(hours=1), by=COMPENSATION, other=EARLIER, document=DOCUMENT, settled_at=later(days=-9)
)

registered = given().having(REGISTER)
running = registered.having(CLASSIFY_RUNNING)
reviewing = registered.having(CLASSIFY)
awaiting = reviewing.having(FIND)
bargaining = awaiting.having(TERMS)
offered = bargaining.having(OFFER)
waiting = bargaining.having(BIG_OFFER)
agreed = offered.having(ACCEPT)
rendered = agreed.having(RENDER)
linked = rendered.having(ISSUE)
customer_signed = linked.having(SIGN)
settled = customer_signed.having(COMPANY_SIGNS)


# The customer does not sign the first document, takes a second offer, and gets another document.
OTHER = "e" * 64
SECOND_AGREED = linked.having(
    DECLINE_SIGNING, replace(MORE, at=later(days=1)), replace(ACCEPT, at=later(days=1, hours=1), offer=2)
)
SECOND_RENDERED = SECOND_AGREED.having(replace(RENDER, document=OTHER))
SECOND_LINK = replace(ISSUE, at=later(days=2), document=OTHER, token_hash="8" * 64, expires_at=later(days=4))


def payment_of(story: Story) -> str:
    """The id of the payment instructed last."""
    return [event.payment for event in story.history if isinstance(event, PaymentInstructed)][-1]


def pay(story: Story, amount: str = "400.00") -> commands.RecordPayment:
    return commands.RecordPayment(at=later(days=1), by=PLATFORM, payment=payment_of(story), sum=yuan(amount))


def reverse(story: Story) -> commands.ReversePayment:
    return commands.ReversePayment(
        at=later(days=3), by=PLATFORM, payment=payment_of(story), why="account_closed"
    )


def name_account(of: Story) -> commands.InstructAgain:
    """A new account for the payment of `of`, as the customer gives it."""
    return commands.InstructAgain(
        at=later(days=4),
        by=CUSTOMER,
        payment=payment_of(of),
        account="6222 0000 2222",
        reason="the old account is closed",
    )


def review(of: Story) -> commands.ReviewPayment:
    """A supervisor's word on the payment of `of`, of which two things were told: it came back."""
    return commands.ReviewPayment(
        at=later(days=6),
        by=MARA,
        payment=payment_of(of),
        stands="reversed",
        reason="the statement of account shows it",
    )


paid = settled.having(pay(settled))
archived = paid.having(ARCHIVE)


def case_of(story: Story) -> Case:
    assert not isinstance(story.state, NotHeard)
    return story.state.case


def round_of(story: Story) -> Round:
    assert not isinstance(story.state, NotHeard | Heard)
    return story.state.round


def clock_ends(story: Story, clock: str) -> commands.ClockRanOut:
    """The command of the timer `clock`, fired when it is due."""
    due = DECIDER.timers(story.state)[clock]
    return on_timer("", clock, due, due)


def stage(story: Story) -> type[State]:
    return type(story.state)
