"""A negotiation as the players see it: what `GET /v1/negotiations/{complaint}` answers, read into what they look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

OVER: Final = frozenset({"settled", "paid", "archived", "refused", "withdrawn", "ended", "referred"})


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """An offer: live until `expires_at`, or (without that) waiting for somebody of `level_needed`."""

    number: int
    amount: str
    currency: str
    proposer: str
    expires_at: datetime | None = None
    level_needed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Where one negotiation stands. `payment` is the order that waits to be carried out."""

    state: str
    round: int
    live: OfferSeen | None = None
    pending: OfferSeen | None = None
    document: str | None = None
    payment: str | None = None
    rests_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody still has something to agree on."""
        return self.state not in OVER


def talk_of(view: Mapping[str, Any]) -> Talk | None:
    """Read the view; None where no round was ever opened."""
    if view["round"] is None:
        return None
    waits = [each["payment"] for each in view["payments"] if each["status"] == "instructed"]
    return Talk(
        state=view["state"],
        round=view["round"],
        live=_offer(view["live_offer"]),
        pending=_offer(view["waiting_offer"]),
        document=(view.get("document") or {}).get("document"),
        payment=waits[-1] if waits else None,
        rests_until=_instant((view.get("shelved") or {}).get("until")),
    )


def _offer(view: Mapping[str, Any] | None) -> OfferSeen | None:
    if view is None:
        return None
    return OfferSeen(
        number=view["number"],
        amount=view["sum"]["amount"],
        currency=view["sum"]["currency"],
        proposer=view["proposer"],
        expires_at=_instant(view.get("expires_at")),
        level_needed=view.get("level_needed"),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
