"""What compensation needs to know of its surroundings beyond what every service does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from hosting.settings import ServiceSettings


class CompensationSettings(ServiceSettings):
    """Settings of compensation."""

    mail_folder: Annotated[
        Path, Field(description="the folder letters to customers are put into, one file each")
    ]
    payment_folder: Annotated[
        Path, Field(description="the folder payment orders are put into, one file each")
    ]
    public_url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^\s/?#]+(/[^\s?#]*[^\s/?#])?$",
            description="where customers reach this service: https://host, without a slash at the end",
        ),
    ]
