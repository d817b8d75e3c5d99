"""Accepted records on their way from bytes to commands: held against their contract, opened, interpreted.

Whatever goes wrong here is that record's poison and no other's: these steps are pure, trying again helps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from eventlog.inbox_plan import Accepted
from eventlog.incoming import Heard, Poison
from eventlog.keys import Keyring, PersonKey, open_block
from eventlog.observe import Observer

logger = structlog.get_logger("inbound")


def validate(accepted: Accepted, heard: Heard | None, observer: Observer) -> None:
    """Hold a record's data against its type's contract: what breaks it is poison, what nobody hears is counted."""
    if accepted.poison is not None:
        return
    accepted.heard = heard
    if heard is None:
        observer.count("ignored_total", type=accepted.message.type)
        return
    try:
        accepted.body = heard.validate(accepted.message.data)
    except ValueError:
        accepted.poison = Poison("breaks_contract", accepted.message.type)
    except Exception as failure:  # noqa: BLE001 - whatever a validator raises concerns this record alone
        accepted.poison = unexpected(failure)


async def open_sealed(accepted: Iterable[Accepted], keyring: Keyring) -> None:
    """Open the sealed blocks of records whose hearers ask for it. Raises KeysUnavailable."""
    sealed = [
        each for each in accepted if each.heard is not None and each.heard.opens and each.body is not None
    ]
    keys = await keyring.for_ids({block.key for each in sealed for block in each.body.sealed})
    for each in sealed:
        for block in each.body.sealed:
            each.opened.update(_fields(each, block, keys))


def interpret(accepted: Accepted) -> None:
    """Find out which own stream is told what by a record, if any."""
    if accepted.heard is None or accepted.body is None:
        return
    try:
        accepted.spoken = accepted.heard.command(accepted.message, accepted.body, accepted.opened)
    except Exception as failure:  # noqa: BLE001 - as above
        accepted.poison = unexpected(failure)


def unexpected(failure: Exception, attempts: int = 1) -> Poison:
    """Name an exception nobody foresaw by its type; its text may quote the record."""
    return Poison("exception", type(failure).__name__, attempts=attempts)


def _fields(accepted: Accepted, block: Any, keys: Mapping[str, PersonKey | None]) -> dict[str, Any]:
    """Return a block's fields by name; none when its person was erased or the block was altered."""
    key = keys.get(block.key)
    if key is None:
        return {}
    try:
        sealed = {"nonce": block.nonce, "ciphertext": block.ciphertext}
        return open_block(sealed, cipher=key.cipher, event_id=accepted.message.id)
    except ValueError:
        logger.error("sealed_block_altered", topic=accepted.message.topic, key=accepted.message.key)  # noqa: TRY400 - a traceback tells no more
        return {}
