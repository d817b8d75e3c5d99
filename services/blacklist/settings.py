"""What blacklist needs to know of its surroundings beyond what every service does."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hosting.settings import ServiceSettings


class BlacklistSettings(ServiceSettings):
    """Settings of blacklist."""

    phone_region: Annotated[
        str,
        Field(pattern=r"^[A-Z]{2}$", description="the country a phone number without prefix is of, like CN"),
    ] = "CN"
