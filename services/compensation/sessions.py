"""The customer's session: a token for one negotiation, document hash and link, which opens the signing routes only.

It has an audience of its own and a symmetric key that no other service has, so it is no token anywhere else, and no
other token is a session. Like all tokens it lives in real time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, get_args

from fastapi import Request
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from eventlog.message import By
from hosting.identity import ISSUER, TOKEN_CHARACTERS_MAX, bearer_of, unauthorized
from services.compensation.domain.negotiation.values import Language
from shared_kernel.roles import CUSTOMER

AUDIENCE: Final = "amends-signing"
SESSION_SECONDS: Final = 900
_ALGORITHM: Final = "HS256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whose session it is, for which document of which negotiation, and by which link (its token's SHA-256, hex).

    `language` is the document's, in which its page shows what is consented to.
    """

    complaint: str
    person: str
    document: str
    link: str
    language: Language

    @property
    def by(self) -> By:
        """The customer as an actor."""
        return By(actor=self.person, roles=(CUSTOMER,))


class Sessions:
    """Opens and checks sessions with the installation's key for customers (`customer-token.key`)."""

    def __init__(self, key: bytes, now: Callable[[], float] = time.time) -> None:
        self._key = OctKey.import_key(key)
        self._now = now
        self._claims = JWTClaimsRegistry(
            now=lambda: int(now()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            sub={"essential": True},
            complaint={"essential": True},
            document={"essential": True},
            link={"essential": True},
            language={"essential": True, "values": list(get_args(Language))},
        )

    def opened(self, session: Session) -> str:
        """Return a token for the session that lives `SESSION_SECONDS` from now."""
        issued = int(self._now())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": session.person,
            "complaint": session.complaint,
            "document": session.document,
            "link": session.link,
            "language": session.language,
            "iat": issued,
            "exp": issued + SESSION_SECONDS,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])

    def session_of(self, token: str) -> Session:
        """Return the session a token stands for. Raises Problem 401."""
        try:
            claims = jwt.decode(token[:TOKEN_CHARACTERS_MAX], self._key, algorithms=[_ALGORITHM]).claims
            self._claims.validate(claims)
            return Session(
                complaint=str(claims["complaint"]),
                person=str(claims["sub"]),
                document=str(claims["document"]),
                link=str(claims["link"]),
                language=claims["language"],
            )
        except ExpiredTokenError:
            raise unauthorized("session_expired", realm=AUDIENCE) from None
        except (JoseError, ValueError, TypeError):
            # Not said which check failed: whoever forges tokens learns nothing from the answer.
            raise unauthorized("session_invalid", realm=AUDIENCE) from None


async def session(request: Request) -> Session:
    """FastAPI dependency: the customer's session for the negotiation of the path. Raises Problem 401."""
    sessions: Sessions = request.app.state.sessions
    found = sessions.session_of(bearer_of(request))
    if found.complaint != request.path_params["complaint"]:
        # A session for another negotiation is no session here, and tells nothing of this one.
        raise unauthorized("session_invalid", realm=AUDIENCE)
    return found
