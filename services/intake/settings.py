"""What intake needs to know of its surroundings beyond what every service does."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hosting.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """Settings of intake."""

    phone_region: Annotated[
        str,
        Field(pattern=r"^[A-Z]{2}$", description="the country a phone number without prefix is of, like CN"),
    ] = "CN"
    persons_ahead: Annotated[
        int,
        Field(
            ge=0, le=100_000, description="how many new persons' keys are made ahead, for a key store outage"
        ),
    ] = 1000
