"""docs/reference/http.md names every route of every service, and the level that a policy asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module

from fastapi import APIRouter
from fastapi.routing import APIRoute

from hosting import operations
from tests.architecture.source import SERVICES, text_of

DOCUMENT = "docs/reference/http.md"
# Added by the host to every service.
WATCHED = {("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics"), ("GET", "/openapi.json")}
# What a route asks for is allowed from a level on that a policy file names.
POLICIES = {
    "services/escalation/policies/ladder.toml": {
        "shelving": "shelve",
        "resumption": "resume",
        "handler-change": "change_handler",
        "held-line": "hold_line",
        "concession": "concede",
        "bypasses": "record_bypass",
        "account": "freeze_account",
        "sending-back": "send_back",
        "referral": "refer",
        "referral/return": "return_referral",
    },
    "services/escalation/policies/groups.toml": {
        "members": "join_group",
        "members/removal": "remove_member",
        "roles": "change_role",
        "statement": "approve_statement",
        "remedy": "agree_remedy",
    },
}


def rows() -> dict[tuple[str, str], str]:
    """Return who may call each route, by method and path."""
    found = re.findall(r"^\| `(GET|POST) (/[^`]*)` \| ([^|]+) \|", text_of(DOCUMENT), re.MULTILINE)
    return {(method, path): may.strip() for method, path, may in found}


def routes_of(*routers: APIRouter) -> Iterator[tuple[str, str]]:
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield from ((method, route.path) for method in route.methods or ())


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    of_services = [
        router for name in SERVICES for router in import_module(f"services.{name}.app").SERVICE.routers
    ]
    routes = set(routes_of(*of_services, operations.router))

    assert set(rows()) == routes | WATCHED


def test_levels_are_those_of_the_policy_files() -> None:
    for file, commands in POLICIES.items():
        authority = tomllib.loads(text_of(file))["authority"]
        category = "groups/{group}" if file.endswith("groups.toml") else "escalations/{complaint}"
        for route, command in commands.items():
            may = rows()["POST", f"/v1/{category}/{route}"]
            assert re.match(rf"{authority[command]}\b", may), (
                f"{route}: {command} is for {authority[command]}"
            )
