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
    # Six months at least, as China's Cybersecurity Law asks of logs (网络安全法 第二十一条).
    screening_audit_days: Annotated[
        int, Field(ge=1, le=3650, description="how many days the audit of look-ups is kept, 1 to 3650")
    ] = 184
