"""What the world may hear of a person's flags: the contract's own fields. Pure.

The contract names the fields and they are read off the event by name, so what a contract does not name
cannot leak; the sealed block is added by the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts import flag as flag_contract
from contracts.message import Message
from eventlog.message import Event
from services.blacklist.domain.flag import events as flag

PUBLIC: Final[Mapping[type[Event], type[Message]]] = {
    flag.Proposed: flag_contract.Proposed,
    flag.Warned: flag_contract.Warned,
    flag.Confirmed: flag_contract.Confirmed,
    flag.Reviewed: flag_contract.Reviewed,
    flag.Appealed: flag_contract.Appealed,
    flag.AppealRejected: flag_contract.AppealRejected,
    flag.Overturned: flag_contract.Overturned,
    flag.Lifted: flag_contract.Lifted,
    flag.Expired: flag_contract.Expired,
    flag.Screened: flag_contract.Screened,
}


def outgoing(_stream: str, event: flag.AnyFlagEvent) -> Message | None:
    """Return the public message of an event, None for one that is private (`noted`)."""
    message = PUBLIC.get(type(event))
    return None if message is None else message.model_validate(event, from_attributes=True)
