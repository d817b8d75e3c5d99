"""A tiny aggregate for the engine's own tests: an account that opens, takes deposits, and may be noted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias, assert_never

from pydantic import BaseModel, ConfigDict

from eventlog.aggregate import Aggregate
from eventlog.decider import Decider, Refused
from eventlog.message import By, Command, Event, Personal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TELLER = By(actor="a-1", roles=("agent",), desk="front")


class Opened(Event):
    TYPE = "account.opened"

    person: str
    holder: Personal[str]


class Deposited(Event):
    TYPE = "account.deposited"

    amount: int


class ReminderSet(Event):
    TYPE = "account.reminder_set"

    due: datetime


class Reminded(Event):
    TYPE = "account.reminded"


class Closed(Event):
    TYPE = "account.closed"


AccountEvent: TypeAlias = Opened | Deposited | ReminderSet | Reminded | Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Command):
    person: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(Command):
    amount: int
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReminder(Command):
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind(Command):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Command):
    pass


AccountCommand: TypeAlias = Open | Deposit | SetReminder | Remind | Close


@dataclass(frozen=True, slots=True)
class Account:
    is_open: bool = False
    balance: int = 0
    due: datetime | None = None
    reminded: int = 0


def decide(command: AccountCommand, state: Account) -> Sequence[AccountEvent]:
    match command:
        case Open():
            if state.is_open:
                return []
            return [Opened(at=command.at, by=command.by, person=command.person, holder=command.holder)]
        case Deposit():
            if not state.is_open:
                raise Refused("account_not_open")
            return [Deposited(at=command.at, by=command.by, amount=command.amount)] * command.times
        case SetReminder():
            return [ReminderSet(at=command.at, by=command.by, due=command.due)]
        case Remind():
            return [Reminded(at=command.at, by=command.by)]
        case Close():
            return [Closed(at=command.at, by=command.by)] if state.is_open else []
        case _:
            assert_never(command)


def evolve(state: Account, event: AccountEvent) -> Account:
    match event:
        case Opened():
            return replace(state, is_open=True)
        case Deposited(amount=amount):
            return replace(state, balance=state.balance + amount)
        case ReminderSet(due=due):
            return replace(state, due=due)
        case Reminded():
            return replace(state, due=None, reminded=state.reminded + 1)
        case Closed():
            return replace(state, is_open=False)
        case _:
            assert_never(event)


def timers(state: Account) -> Mapping[str, datetime]:
    return {} if state.due is None else {"reminder": state.due}


class DepositedMessage(BaseModel):
    model_config = ConfigDict(frozen=True)
    TYPE: ClassVar[str] = "test.account.deposited.v1"
    SCHEMA: ClassVar[str] = "1.0"
    amount: int


class OpenedMessage(BaseModel):
    model_config = ConfigDict(frozen=True)
    TYPE: ClassVar[str] = "test.account.opened.v1"
    SCHEMA: ClassVar[str] = "1.0"
    person: str


def outgoing(_stream: str, event: AccountEvent) -> Any:
    match event:
        case Opened(person=person):
            return OpenedMessage(person=person)
        case Deposited(amount=amount):
            return DepositedMessage(amount=amount)
        case ReminderSet() | Reminded() | Closed():
            return None
        case _:
            assert_never(event)


DECIDER: Decider[Account, AccountCommand, AccountEvent] = Decider(
    category="account",
    initial=Account(),
    events=(Opened, Deposited, ReminderSet, Reminded, Closed),
    decide=decide,
    evolve=evolve,
    timers=timers,
)
ACCOUNT: Aggregate[Account, AccountCommand, AccountEvent] = Aggregate(DECIDER, outgoing)


def opening(person: str, holder: str = "Ada Canary") -> Open:
    return Open(at=NOON, by=TELLER, person=person, holder=holder)


def deposit(amount: int = 1, times: int = 1) -> Deposit:
    return Deposit(at=NOON, by=TELLER, amount=amount, times=times)
