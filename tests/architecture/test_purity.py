"""Decisions take time, ids and facts as data; whatever waits or asks stands outside the domain (`style.md` 2)."""

from __future__ import annotations

from tests.architecture import checks
from tests.architecture.source import Module, modules

# What a domain may know of the engine: the shape of events, commands and deciders, and derived ids.
ENGINE_FOR_DOMAINS = ("eventlog.decider", "eventlog.message", "eventlog.ids")
# These follow from events alone; look-ups and models come to them as functions or data.
PURE_BESIDE_THE_DOMAIN = ("reactions.py", "outgoing.py", "upcasters.py", "views.py")


def pure_modules() -> list[Module]:
    return [
        module
        for module in modules("services")
        if "/domain/" in module.path or module.path.endswith(PURE_BESIDE_THE_DOMAIN)
    ]


def test_domain_knows_neither_time_nor_chance_nor_the_world() -> None:
    found = [each for module in pure_modules() for each in checks.impurities(module)]

    assert found == [], "\n".join(found)


def test_domain_knows_of_the_engine_only_what_events_and_deciders_are() -> None:
    found = [
        module.at(node, f"imports {name}")
        for module in modules("services")
        if "/domain/" in module.path
        for name, node in checks.imports_of(module)
        if name.startswith("eventlog.") and not name.startswith(ENGINE_FOR_DOMAINS)
    ]

    assert found == [], "\n".join(found)


def test_shared_kernel_knows_neither_time_nor_chance() -> None:
    found = [each for module in modules("shared_kernel") for each in checks.impurities(module)]

    assert found == [], "\n".join(found)


def test_only_settings_and_the_clock_ask_the_machine() -> None:
    asking = ("os.environ", "os.getenv", "uuid.uuid4", "datetime.now", "datetime.utcnow")
    allowed = ("settings.py", "eventlog/clock.py")
    found = [
        module.at(node, f"asks {checks.dotted(node)}")
        for module in modules("contracts", "eventlog", "hosting", "services", "shared_kernel", "operate")
        if not module.path.endswith(allowed)
        for node in checks.names_in(module)
        if checks.dotted(node) in asking
    ]

    assert found == [], "\n".join(found)
