"""The complaint register, one shape for every door: HTTP body, `amends.contact.v1`, file line (`domain.md` 2).

Writers keep to the closed schema; this reader is tolerant: it passes over members it does not know (see
`unknown_members`) and reads null and blank as absent. It never repairs a wrong value.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from contracts.fields import (
    AmountText,
    Email,
    Instant,
    Line,
    Narrative,
    Paragraph,
    PayableCurrency,
    Phone,
    PlainDate,
    Slug,
    TimeZone,
    exact_sum,
    wrong,
)
from contracts.findings import Finding, explain_errors, pointer
from contracts.strict_json import safe_name

__all__ = [
    "Attachment",
    "Complainant",
    "Finding",
    "OtherParty",
    "Price",
    "Product",
    "Register",
    "explain_errors",
    "unknown_members",
]

ATTACHMENTS_MAX: Final = 50
PURCHASES_MAX: Final = 1_000_000

Channel = Literal["phone", "web", "email", "app", "counter", "letter", "social", "regulator"]


class Part(BaseModel):
    """A part of the register: unknown members pass by, errors never show what was sent."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def blank_is_absent(cls, raw: Any) -> Any:
        """Read null and blank text as absent: platforms export empty columns either way."""
        if not isinstance(raw, dict):
            return raw
        return {name: value for name, value in raw.items() if not _is_blank(value)}


class Complainant(Part):
    """The person who complains, as far as the source knows them."""

    name: Line | None = None
    phone: Phone | None = None
    email: Email | None = None
    address: Paragraph | None = None
    organisation: Line | None = None
    account: Annotated[Line | None, Field(description="The customer's account at the source.")] = None
    payout_account: Annotated[Line | None, Field(description="Where money would be paid.")] = None
    tier: Annotated[Line | None, Field(description="Customer tier in the company's own words.")] = None
    vulnerable: StrictBool = False
    protected: Annotated[StrictBool, Field(description="Protected by law or order, like a minor.")] = False


class OtherParty(Part):
    """Somebody beside the complainant, with contact details of their own."""

    name: Line | None = None
    phone: Phone | None = None
    email: Email | None = None
    relation: Annotated[Line | None, Field(description="Who they are to the complainant.")] = None


class Price(Part):
    """Exact money: a decimal string and an ISO 4217 currency."""

    amount: AmountText
    currency: PayableCurrency

    @model_validator(mode="after")
    def amount_fits_currency(self) -> Self:
        """Refuse more decimals than the currency has."""
        exact_sum(self.amount, self.currency)
        return self


class Product(Part):
    """What the complaint is about."""

    name: Line | None = None
    specification: Line | None = None
    serial: Line | None = None
    batch: Line | None = None
    produced_on: PlainDate | None = None
    in_use_since: PlainDate | None = None
    earlier_brand: Annotated[Line | None, Field(description="What the customer used before.")] = None
    price: Price | None = None


class Attachment(Part):
    """Evidence by hash; the bytes travel another way."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    media_type: Annotated[
        str, Field(pattern=r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$")
    ]


class Register(Part):
    """One complaint as a door receives it.

    Required: source, channel, reference, received_at, narrative and one way to reach the customer. Source,
    channel and reference together are the idempotency key.
    """

    source: Annotated[Slug, Field(description="The platform that hands the complaint in.")]
    channel: Channel
    reference: Annotated[Line, Field(description="The channel's own number of this complaint.")]
    received_at: Annotated[Instant, Field(description="When the customer was heard, with a zone.")]
    recorder: Annotated[Slug | None, Field(description="Pseudonymous id of the agent who signs it.")] = None
    complainant: Complainant = Field(default_factory=Complainant)
    representative: OtherParty | None = None
    third_party: OtherParty | None = None
    product: Product | None = None
    merchant: Line | None = None
    site: Line | None = None
    region: Line | None = None
    service: Line | None = None
    order: Annotated[Line | None, Field(description="Order reference.")] = None
    purchases_12m: Annotated[
        StrictInt | None, Field(ge=0, le=PURCHASES_MAX, description="Purchases in the last twelve months.")
    ] = None
    narrative: Annotated[Narrative, Field(description="What happened, in the customer's own words.")]
    asks_for: Annotated[Paragraph | None, Field(description="What the customer asks for.")] = None
    jurisdiction: Annotated[
        str | None, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,8})?$", description="Like CN, GB or CN-SH.")
    ] = None
    time_zone: TimeZone | None = None
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=ATTACHMENTS_MAX)] = ()

    @model_validator(mode="after")
    def customer_is_reachable(self) -> Self:
        """Refuse a complaint that nobody could answer."""
        customer, spokesman = self.complainant, self.representative
        ways = [customer.phone, customer.email, customer.address, customer.account]
        if spokesman is not None:
            ways += [spokesman.phone, spokesman.email]
        if not any(ways):
            raise wrong("contact_missing", member="complainant")
        return self


def unknown_members(raw: Any) -> list[str]:
    """Return JSON pointers of the members a door passes over, in the order sent.

    A name that is not a plain word appears as `*`, since a misplaced value may stand in its place.
    """
    return [pointer(path) for path in _strangers(raw, Register, ())]


def _strangers(raw: Any, part: type[BaseModel], at: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if not isinstance(raw, dict):
        return
    for name, value in raw.items():
        if name not in part.model_fields:
            yield (*at, safe_name(name))
        elif inner := _inner_part(part, name):
            entries = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, entry in entries:
                yield from _strangers(entry, inner, (*at, name) if index is None else (*at, name, index))


@cache
def _inner_part(part: type[BaseModel], name: str) -> type[Part] | None:
    return _part_within(part.model_fields[name].annotation)


def _part_within(annotation: Any) -> type[Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((found for each in get_args(annotation) if (found := _part_within(each))), None)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
