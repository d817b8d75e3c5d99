from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from eventlog.message import By
from hosting import identity
from hosting.identity import KeyUnusable, TokenCheck, mint_token, new_signing_key, require_role
from hosting.problems import Problem
from tests.unit.hosting.conftest import PRIVATE, PUBLIC, Mint

CLOSE = "/v1/complaints/7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11/close"


class Now:
    """A clock of the test's own, in seconds."""

    def __init__(self, seconds: float = 1_000_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def signed(claims: dict[str, Any], *, private: str = PRIVATE, algorithm: str = "Ed25519") -> str:
    key = OKPKey.import_key(json.loads(private))
    return jwt.encode({"alg": algorithm, "kid": key.kid or ""}, claims, key, algorithms=[algorithm])


def claims(**changes: Any) -> dict[str, Any]:
    whole = {
        "iss": "amends",
        "aud": "amends",
        "sub": "agent-7",
        "roles": ["agent"],
        "exp": 1_000_060,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def refused(check: TokenCheck, token: str) -> str:
    with pytest.raises(Problem) as refusal:
        check.by_of(token)
    assert refusal.value.status == 401
    return refusal.value.rule


def test_token_tells_who_calls() -> None:
    token = mint_token(PRIVATE, actor="agent-7", roles=["agent", "senior"], desk="north", seconds=60)

    by = TokenCheck.from_jwk(PUBLIC).by_of(token)

    assert By(actor="agent-7", roles=("agent", "senior"), desk="north") == by


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_older_name_of_the_algorithm_is_accepted() -> None:
    check = TokenCheck.from_jwk(PUBLIC, Now())

    assert check.by_of(signed(claims(), algorithm="EdDSA")).actor == "agent-7"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "elsewhere"},
        {"aud": "elsewhere"},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sub": "li.wei@example.com"},
        {"sub": "王小明"},
        {"sub": ""},
        {"roles": "agent"},
        {"roles": [1]},
        {"roles": ["a"] * 17},
        {"roles": ["system"]},
        {"desk": "Front Desk"},
        {"nbf": 1_000_100},
    ],
)
def test_token_with_wrong_claims_is_refused(changes: dict[str, Any]) -> None:
    check = TokenCheck.from_jwk(PUBLIC, Now())

    assert refused(check, signed(claims(**changes))) == "token_invalid"


def test_token_of_another_key_is_refused() -> None:
    private, _ = new_signing_key()

    assert refused(TokenCheck.from_jwk(PUBLIC, Now()), signed(claims(), private=private)) == "token_invalid"


def test_public_key_used_as_a_password_is_refused() -> None:
    secret = OctKey.import_key(PUBLIC)
    token = jwt.encode({"alg": "HS256"}, claims(), secret, algorithms=["HS256"])

    assert refused(TokenCheck.from_jwk(PUBLIC, Now()), token) == "token_invalid"


@pytest.mark.parametrize(
    "token", ["", "abc", "a.b.c", "é.b.c", "\udcff", "a" * 5000, "eyJhbGciOiJub25lIn0.e30."]
)
def test_token_that_is_none_is_refused(token: str) -> None:
    assert refused(TokenCheck.from_jwk(PUBLIC), token) == "token_invalid"


def test_token_expires_also_when_it_is_remembered() -> None:
    now = Now()
    check = TokenCheck.from_jwk(PUBLIC, now)
    token = signed(claims())
    check.by_of(token)

    now.seconds += 66

    assert refused(check, token) == "token_expired"
    assert refused(check, token) == "token_expired"


def test_memory_of_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "TOKENS_CACHED", 3)
    check = TokenCheck.from_jwk(PUBLIC, Now())

    for number in range(5):
        check.by_of(signed(claims(sub=f"agent-{number}")))

    assert len(check._known) == 3


def test_one_of_several_keys_checks_the_token() -> None:
    _, other = new_signing_key()
    both = json.dumps({"keys": [json.loads(other), json.loads(PUBLIC)]})

    assert TokenCheck.from_jwk(both, Now()).by_of(signed(claims())).actor == "agent-7"


@pytest.mark.parametrize(
    "text", ["", "[]", "5", "{}", '{"keys": []}', '{"kty": "oct", "k": "AAAA"}', PRIVATE]
)
def test_key_that_cannot_check_tokens_stops_the_start(text: str) -> None:
    with pytest.raises(KeyUnusable):
        TokenCheck.from_jwk(text)


def test_public_key_cannot_sign() -> None:
    with pytest.raises(KeyUnusable):
        mint_token(PUBLIC, actor="agent-7", roles=[], seconds=60)


async def test_command_without_token_is_challenged(client: httpx.AsyncClient) -> None:
    client.headers.pop("authorization")

    answer = await client.post(CLOSE)

    assert (answer.status_code, answer.json()["rule"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="amends"'


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer  ", "bearer nonsense"])
async def test_other_credentials_are_challenged(client: httpx.AsyncClient, authorization: str) -> None:
    answer = await client.post(CLOSE, headers={"authorization": authorization})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_expired_token_says_so(client: httpx.AsyncClient, mint: Mint) -> None:
    answer = await client.post(CLOSE, headers={"authorization": f"Bearer {mint(seconds=-60)}"})

    assert (answer.status_code, answer.json()["rule"]) == (401, "token_expired")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


async def test_role_that_may_not_is_told_which_may(client: httpx.AsyncClient) -> None:
    answer = await client.post(CLOSE)

    assert (answer.status_code, answer.json()["rule"]) == (403, "role_missing")
    assert "manager, executive" in answer.json()["detail"]


def test_one_of_the_roles_is_enough() -> None:
    require_role(By(actor="a", roles=("manager",)), "manager", "executive")
