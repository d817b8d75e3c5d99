"""The operator's way to the brokers, by the same settings that a service has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiokafka.errors import KafkaError
from pydantic import ValidationError

from eventlog.kafka.access import KafkaAccess
from hosting.settings import PREFIX, KafkaSettings, SettingsBroken, broken, text_of
from operate.errors import OperateError
from operate.settings import Settings

_REMEDY: Final = "See docs/operate.md for the settings of a Kafka with TLS."


def access_with(brokers: str, given: Mapping[str, str]) -> KafkaAccess:
    """Return how to reach brokers with the `AMENDS_KAFKA_…` variables given. Raises OperateError."""
    fields = (name for name in KafkaSettings.model_fields if name != "kafka")
    try:
        found = {name: _value(f"{PREFIX}{name.upper()}", given) for name in fields}
        told = {name: value for name, value in found.items() if value is not None}
        return KafkaSettings.model_validate({"kafka": brokers, **told}).kafka_access()
    except ValidationError as error:
        raise OperateError(f"{broken(KafkaSettings, error)}.", _REMEDY) from None
    except SettingsBroken as error:
        raise OperateError(f"{error}.", _REMEDY) from None


def kafka_of(settings: Settings) -> KafkaAccess | None:
    """Return how to reach the broker that AMENDS_KAFKA names, None without one. Raises OperateError."""
    return access_with(settings.kafka, settings.kafka_settings) if settings.kafka else None


async def kafka_trouble(kafka: KafkaAccess, error: KafkaError) -> OperateError:
    """Return what to tell of brokers that could not be used: their own reason where they give one."""
    refused = await kafka.refusal()
    if refused is not None:
        return OperateError(f"{refused}.", _REMEDY)
    return OperateError(
        f"Kafka at {kafka.brokers} does not answer: {type(error).__name__}.",
        "See `amends status`; with AMENDS_KAFKA, check the address.",
    )


def _value(variable: str, given: Mapping[str, str]) -> str | None:
    file = given.get(f"{variable}_FILE")
    return given.get(variable) if file is None else text_of(file, f"{variable}_FILE")
