"""The engine on a store in memory that can be troubled."""

from __future__ import annotations

from typing import cast

import pytest

from eventlog.aggregate import Catalogue
from eventlog.clock import Clock
from eventlog.keys import Keyring
from eventlog.keys.memory import MemoryKeyStore
from eventlog.log import EventLog
from eventlog.store import Storage
from tests.support.account import ACCOUNT
from tests.support.faulty import FaultyLog, faulty_storage


@pytest.fixture
def storage() -> Storage:
    return faulty_storage()


@pytest.fixture
def store(storage: Storage) -> FaultyLog:
    return cast("FaultyLog", storage.log)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring(MemoryKeyStore())


@pytest.fixture
def log(storage: Storage, keyring: Keyring) -> EventLog:
    return EventLog(storage.log, Catalogue(ACCOUNT), keyring, clock=Clock())
