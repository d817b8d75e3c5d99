"""The words a group is described in: roles, reasons for a membership, and a remedy."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

Role: TypeAlias = Literal["initiator", "follower", "representative", "professional", "third_party"]
RemedyKind: TypeAlias = Literal["fix", "apology", "refund", "compensation", "explanation", "other"]


class Reasons(BaseModel):
    """Why a complaint is held to share the group's cause; empty when a person put it there.

    `shared` names the attributes that agree (never their values), `causes` the cause words in common,
    `nearest` the complaint most alike and `likeness_percent` how alike its narrative is (0 to 100).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shared: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    nearest: str | None = None
    likeness_percent: int | None = None


class Remedy(BaseModel):
    """What every member with a like loss is offered. `amount` and `currency` come together or not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RemedyKind
    amount: Decimal | None = None
    currency: str | None = None
