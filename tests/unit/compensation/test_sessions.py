"""The customer's session: one negotiation, one document, one audience, a few minutes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from hosting.identity import TokenCheck, mint_token, new_signing_key
from hosting.problems import Problem
from services.compensation.sessions import SESSION_SECONDS, Session, Sessions, session
from tests.unit.compensation.story import COMPLAINT, CUSTOMER, EARLIER, PERSON

KEY = b"k" * 32
SIGNING = Session(complaint=COMPLAINT, person=PERSON, document="d" * 64, link="6" * 64, language="zh")


def rule_of(sessions: Sessions, token: str) -> str:
    with pytest.raises(Problem) as refusal:
        sessions.session_of(token)
    assert refusal.value.status == 401
    assert refusal.value.headers["www-authenticate"].startswith('Bearer realm="amends-signing"')
    return refusal.value.rule


def request_for(sessions: Sessions, token: str, complaint: str) -> Request:
    scope: dict[str, Any] = {
        "type": "http",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
        "path_params": {"complaint": complaint},
        "app": SimpleNamespace(state=SimpleNamespace(sessions=sessions)),
    }
    return Request(scope)


def test_session_stands_for_the_customer_one_negotiation_one_document_and_one_link() -> None:
    sessions = Sessions(KEY)
    found = sessions.session_of(sessions.opened(SIGNING))

    assert found == SIGNING
    assert found.by == CUSTOMER


def test_session_ends_after_a_few_minutes() -> None:
    now = [1_000_000.0]
    sessions = Sessions(KEY, now=lambda: now[0])
    token = sessions.opened(SIGNING)
    now[0] += SESSION_SECONDS + 1

    assert rule_of(sessions, token) == "session_expired"


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "e" * 10_000])
def test_what_is_no_session_is_refused_without_a_word_why(forged: str) -> None:
    assert rule_of(Sessions(KEY), forged) == "session_invalid"


def test_session_of_another_installation_is_none_here() -> None:
    assert rule_of(Sessions(KEY), Sessions(b"o" * 32).opened(SIGNING)) == "session_invalid"


def test_token_of_staff_is_no_session_and_a_session_is_no_token_of_staff() -> None:
    private, public = new_signing_key()
    sessions = Sessions(KEY)
    staff = mint_token(private, actor=PERSON, roles=["customer", "manager"], seconds=60)

    assert rule_of(sessions, staff) == "session_invalid"
    with pytest.raises(Problem) as refusal:
        TokenCheck.from_jwk(public).by_of(sessions.opened(SIGNING))
    assert refusal.value.rule == "token_invalid"
    assert json.loads(public)["kty"] == "OKP"


async def test_session_for_one_negotiation_opens_no_other() -> None:
    sessions = Sessions(KEY)
    token = sessions.opened(SIGNING)

    assert await session(request_for(sessions, token, COMPLAINT)) == SIGNING
    with pytest.raises(Problem) as refusal:
        await session(request_for(sessions, token, EARLIER))
    assert refusal.value.rule == "session_invalid"
