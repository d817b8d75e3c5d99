"""What the engine says in logs, errors and numbers holds nothing of a person (`reliability.md` R12)."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock, fresh_id
from eventlog.decider import Refused
from eventlog.errors import KeysUnavailable, Unavailable
from eventlog.incoming import RawRecord
from eventlog.keys import Keyring, seal
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.requeue import NotSettled
from eventlog.store import Storage
from eventlog.timers import Timers
from tests.support.account import ACCOUNT, Remind, SetReminder, deposit, opening
from tests.support.consuming import Consumer
from tests.support.faulty import FaultyLog
from tests.support.following import filled, reaction
from tests.support.notes import CANARY
from tests.support.records import record

PIECES = ("Canary", "13800138000", "Ada")


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventlog.trying.TRY_SECONDS", 0.0)
    monkeypatch.setattr("eventlog.inbound.PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("eventlog.appending.UNAVAILABLE_SECONDS_MAX", 0.02)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Everything that was logged, by any library, and everything the loop complained of."""
    complaints: list[str] = []
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        yield complaints
        complaints.extend(json.dumps(line, default=_full) for line in lines)
    complaints.extend(f"{each.getMessage()} {each.exc_info}" for each in caplog.records)
    found = [line for line in complaints if any(piece in line for piece in PIECES)]
    assert found == []


def _full(value: Any) -> str:
    return "".join(traceback.format_exception(value)) if isinstance(value, BaseException) else repr(value)


ODD = {
    "poison value": record("k", 2, value=f'{{"code":7,"words":"{CANARY}"}}'.encode()),
    "no JSON": record("k", 2, value=CANARY.encode()),
    "reader stumbles": record("k", 2, type_name="stumble"),
    "validator stumbles": record("k", 2, value=b"stumble " + CANARY.encode()),
    "hearer stumbles": record("k", 2, "uninterpretable"),
    "decision stumbles": record("k", 2, "crashing"),
    "refused": record("k", 2, "refused"),
    "gap": record("k", 9),
    "altered": record("k", 1, CANARY),
    "header": replace(record("k", 2), headers=[("type", CANARY.encode()), *record("k", 2).headers[1:]]),
    "version": record("k", 2, type_name="test.noted.v13800138000"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
async def test_no_record_however_odd_is_quoted(said: list[str], storage: Storage, odd: RawRecord) -> None:
    consumer = Consumer(storage)

    await consumer.inbound.receive([record("k", 1)])
    await consumer.inbound.receive([odd])

    for letter in await consumer.dead():
        shown = repr(replace(letter, headers=(), sealed_value=None))
        assert not any(piece in shown for piece in PIECES)


async def test_a_letter_that_still_fails_is_not_quoted(said: list[str], storage: Storage) -> None:
    consumer = Consumer(storage)
    await consumer.inbound.receive([record("k", 1, "crashing")])
    (letter,) = await consumer.dead()

    with pytest.raises(NotSettled) as caught:
        await consumer.settling.requeue(letter, f'{{"code":"{CANARY}","person":7}}'.encode())

    assert not any(piece in str(caught.value) for piece in PIECES)


async def test_a_block_that_does_not_open_is_not_quoted(said: list[str], storage: Storage) -> None:
    consumer = Consumer(storage)
    (key,) = await consumer.keyring.new_persons(1)
    block = seal(CANARY.encode(), cipher=key.cipher, key_id=key.id, person=key.person, event_id="moved@1")
    value = b'{"code":"n1","sealed":[%s]}' % block

    await consumer.inbound.receive([record("k", 1, value=value)])


async def test_a_log_in_trouble_quotes_no_command(said: list[str], log: EventLog, store: FaultyLog) -> None:
    store.away = 1000

    with pytest.raises(Unavailable) as caught:
        await log.execute("account-1", opening("p", holder=CANARY), command_id=fresh_id(), is_new=True)

    assert not any(piece in _full(caught.value) for piece in PIECES)


async def test_followers_quote_no_event(said: list[str], storage: Storage) -> None:
    log = EventLog(storage.log, Catalogue(ACCOUNT), Keyring(MemoryKeyStore()), clock=Clock())
    rows = await filled(log)
    epoch = await storage.followers.lease("a", 60) or 0
    await reaction(log, storage).take([row for row in rows if row.type == "account.deposited"], epoch)
    command = deposit()
    await log.execute(
        "account-1", SetReminder(at=command.at, by=command.by, due=command.at), command_id=fresh_id()
    )

    await Timers(log, lambda *_: Remind(at=command.at, by=command.by)).fire_due()

    assert said == []


async def test_a_refusal_says_the_rule_and_not_the_command(said: list[str], log: EventLog) -> None:
    with pytest.raises(Refused) as caught:
        await log.execute("account-1", deposit(), command_id=fresh_id())

    assert str(caught.value) == "account_not_open"


class AwayKeys(MemoryKeyStore):
    async def mint(self, count: int) -> Any:
        raise KeysUnavailable(f"{count} keys are not to be had")


async def test_keys_that_are_away_are_named_without_whose_they_are(said: list[str]) -> None:
    with pytest.raises(KeysUnavailable) as caught:
        await Keyring(AwayKeys()).new_persons(1)

    assert not any(piece in str(caught.value) for piece in PIECES)
