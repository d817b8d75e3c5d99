"""Who calls: JSON Web Tokens signed with Ed25519, checked on every command.

The door checks the signature, the domain's `decide` checks authority. Tokens live in real time: an
installation's clock offset never makes one valid or stale.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import Request
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet, OKPKey
from joserfc.jwt import JWTClaimsRegistry

from eventlog.message import By
from hosting.problems import Problem

ISSUER: Final = "amends"
AUDIENCE: Final = "amends"
TOKENS_CACHED: Final = 10_000
TOKEN_CHARACTERS_MAX: Final = 4096

# "Ed25519" is the name RFC 9864 gives; issuers of before call the same algorithm "EdDSA".
_SIGNS_WITH: Final = "Ed25519"
_ACCEPTS: Final = ("Ed25519", "EdDSA")
_LEEWAY_SECONDS: Final = 5
_ROLES_MAX: Final = 16
# Pseudonyms, never an e-mail address or a name in clear: no "@", no space, ASCII only.
_PSEUDONYM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
_ROLE = re.compile(r"[a-z][a-z_]{0,39}")
# Held only by the services themselves, for what topics, reactions and timers tell them (architecture.md 3).
_NEVER_FROM_OUTSIDE: Final = "system"


class KeyUnusable(Exception):  # noqa: N818 - names the condition
    """A key file that cannot check tokens; the message says what is wrong with it, never what it holds."""


class _Known(NamedTuple):
    by: By
    expires: float


class TokenCheck:
    """Checks tokens against the installation's public keys; a checked one is remembered for its life.

    The memory holds hashes, not tokens, and at most `TOKENS_CACHED` of them, the longest unused go first.
    """

    def __init__(self, keys: KeySet, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._now = now
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._claims = JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
        )

    @classmethod
    def from_jwk(cls, text: str | bytes, now: Callable[[], float] = time.time) -> TokenCheck:
        """Return the check for one public JWK or a set of them (RFC 7517). Raises KeyUnusable."""
        try:
            found = json.loads(text)
            listed = found.get("keys", [found])
            keys: list[Any] = [OKPKey.import_key(key) for key in listed]
        except (ValueError, TypeError, AttributeError, JoseError):
            raise KeyUnusable("the token key is no JWK or JWK set with Ed25519 keys (RFC 8037)") from None
        if not keys or any(key.curve_name != "Ed25519" for key in keys):
            raise KeyUnusable("the token key's curve is not Ed25519")
        if any(key.is_private for key in keys):
            raise KeyUnusable("the token key is the private one; a service needs only the public part")
        return cls(KeySet(keys), now)

    def by_of(self, token: str) -> By:
        """Return who the token says is calling. Raises Problem 401."""
        digest = hashlib.sha256(token.encode(errors="replace")).digest()
        known = self._known.get(digest)
        if known is None:
            known = self._checked(token)
            self._remember(digest, known)
        elif known.expires <= self._now() - _LEEWAY_SECONDS:
            del self._known[digest]
            raise unauthorized("token_expired")
        else:
            self._known.move_to_end(digest)
        return known.by

    def _checked(self, token: str) -> _Known:
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise unauthorized("token_invalid", "the token is too long")
        try:
            claims = jwt.decode(token, self._keys, algorithms=list(_ACCEPTS)).claims
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise unauthorized("token_expired") from None
        except (JoseError, ValueError, TypeError):
            # Not said which check failed: whoever forges tokens learns nothing from the answer.
            raise unauthorized("token_invalid") from None
        return _Known(_by_from(claims), float(claims["exp"]))

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._known[digest] = known
        if len(self._known) > TOKENS_CACHED:
            self._known.popitem(last=False)


async def caller(request: Request) -> By:
    """FastAPI dependency: who calls. Raises Problem 401 with WWW-Authenticate (RFC 6750)."""
    tokens: TokenCheck = request.app.state.tokens
    return tokens.by_of(bearer_of(request))


def bearer_of(request: Request) -> str:
    """Return the token a request carries, whatever it is a token for. Raises Problem 401."""
    authorization = request.headers.get("authorization", "")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("token_missing")
    return token.strip()


def require_role(by: By, *roles: str) -> None:
    """Refuse a caller that holds none of the roles. Raises Problem 403, naming the roles that may."""
    if not set(roles).intersection(by.roles):
        raise Problem(403, "role_missing", f"one of these roles may: {', '.join(roles)}")


def new_signing_key() -> tuple[str, str]:
    """Return a fresh key pair for signing tokens as JWK texts: private, public. For development and tests."""
    key = OKPKey.generate_key("Ed25519")
    named = {"kid": key.thumbprint(), "use": "sig"}
    private = {**key.as_dict(private=True), **named}
    public = {**key.as_dict(private=False), **named}
    return json.dumps(private), json.dumps(public)


def mint_token(
    private_jwk: str | bytes,
    *,
    actor: str,
    roles: Sequence[str],
    seconds: int,
    desk: str | None = None,
    now: Callable[[], float] = time.time,
) -> str:
    """Return a token for `actor` that lives `seconds` of real time from now. Raises KeyUnusable."""
    try:
        key = OKPKey.import_key(json.loads(private_jwk))
    except (ValueError, TypeError, JoseError):
        raise KeyUnusable("the signing key is no JWK with an Ed25519 key (RFC 8037)") from None
    if not key.is_private:
        raise KeyUnusable("the signing key is only the public part")
    issued = int(now())
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": actor, "roles": list(roles)}
    claims |= {"iat": issued, "exp": issued + seconds}
    if desk is not None:
        claims["desk"] = desk
    header = {"alg": _SIGNS_WITH, "kid": key.kid or key.thumbprint()}
    return jwt.encode(header, claims, key, algorithms=[_SIGNS_WITH])


def _by_from(claims: Mapping[str, Any]) -> By:
    actor, roles, desk = claims["sub"], claims.get("roles", []), claims.get("desk")
    if not isinstance(roles, list) or len(roles) > _ROLES_MAX:
        raise unauthorized("token_invalid", "roles is no short list")
    if not all(isinstance(role, str) and _ROLE.fullmatch(role) for role in roles):
        raise unauthorized("token_invalid", "a role is no plain name")
    if _NEVER_FROM_OUTSIDE in roles:
        raise unauthorized("token_invalid", f"nobody holds the role {_NEVER_FROM_OUTSIDE} from outside")
    if not all(isinstance(name, str) and _PSEUDONYM.fullmatch(name) for name in (actor, desk or "none")):
        raise unauthorized("token_invalid", "sub or desk is no pseudonym")
    return By(actor=actor, roles=tuple(roles), desk=desk)


def unauthorized(rule: str, detail: str = "", *, realm: str = AUDIENCE) -> Problem:
    """Return the refusal of a token with its challenge (RFC 6750)."""
    challenge = f'Bearer realm="{realm}"'
    if rule != "token_missing":
        challenge += ', error="invalid_token"'
    return Problem(401, rule, detail, field="header:authorization", headers={"www-authenticate": challenge})
