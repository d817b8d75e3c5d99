"""What escalation needs to know of its surroundings: what every service does, and no more."""

from __future__ import annotations

from hosting.settings import ServiceSettings


class EscalationSettings(ServiceSettings):
    """Settings of escalation."""
