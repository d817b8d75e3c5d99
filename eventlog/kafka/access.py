"""How this installation reaches its brokers: in plain on one machine, else over TLS and, over that, with a login.

A login without TLS cannot be said here: the libraries would send it in plain without a word.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import structlog
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from eventlog.errors import Unavailable
from eventlog.kafka.lost import tell_lost_connections

Mechanism: TypeAlias = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]

LOOK_SECONDS: Final = 2.0
_NO_RIGHT: Final = (
    TopicAuthorizationFailedError,
    GroupAuthorizationFailedError,
    ClusterAuthorizationFailedError,
)
_FRAMEWORKS: Final[Mapping[Mechanism, type[SASLPlaintext | SASLScram256 | SASLScram512]]] = {
    "SCRAM-SHA-512": SASLScram512,
    "SCRAM-SHA-256": SASLScram256,
    "PLAIN": SASLPlaintext,
}

logger = structlog.get_logger("kafka")
# Here, where everybody passes who connects.
tell_lost_connections()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are to the brokers; in their rights the principal `User:<user>`."""

    user: str
    password: str = field(repr=False)
    mechanism: Mechanism = "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """TLS, and what is said over it. `tls` verifies the brokers and may hold a certificate of ours."""

    tls: ssl.SSLContext = field(repr=False)
    login: Login | None = None


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """`brokers` are `host:port`, separated by commas. Without `security` they are spoken to in plain."""

    brokers: str
    security: Security | None = None

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments of aiokafka's clients."""
        return {"bootstrap_servers": self.brokers, **self._secured()}

    @property
    def framework_options(self) -> dict[str, Any]:
        """The keyword arguments of FastStream's broker."""
        # Given one text, the framework would take all brokers for a single one.
        return {"bootstrap_servers": self.brokers.split(","), "security": self._framework_security()}

    async def refusal(self) -> AccessRefused | None:
        """Ask the brokers why they do not let us in; None when none of them says, or none is there.

        The libraries tell their caller of a failed start only that it failed.
        """
        for host, port, _ in collect_hosts(self.brokers):
            trouble = await self._trouble(host, port)
            reason = None if trouble is None else self._reason(trouble)
            if reason is not None:
                return AccessRefused(f"Kafka at {host}:{port} {reason}")
        return None

    async def _trouble(self, host: str, port: int) -> Exception | None:
        """Return what fails when one broker is asked the least there is to ask."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                line = await create_conn(host, port, client_id="amends-access", **self._secured())
                try:
                    await line.send(MetadataRequest([]))
                finally:
                    line.close()
        except (KafkaError, OSError, TimeoutError) as trouble:
            return trouble
        return None

    def _secured(self) -> dict[str, Any]:
        if self.security is None:
            return {"security_protocol": "PLAINTEXT"}
        login = self.security.login
        if login is None:
            return {"security_protocol": "SSL", "ssl_context": self.security.tls}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": self.security.tls,
            "sasl_mechanism": login.mechanism,
            "sasl_plain_username": login.user,
            "sasl_plain_password": login.password,
        }

    def _framework_security(self) -> BaseSecurity | None:
        if self.security is None:
            return None
        login = self.security.login
        if login is None:
            return BaseSecurity(ssl_context=self.security.tls, use_ssl=True)
        kind = _FRAMEWORKS[login.mechanism]
        return kind(login.user, login.password, ssl_context=self.security.tls, use_ssl=True)

    def _reason(self, trouble: Exception) -> str | None:
        """Return what a broker that answers has against us and what to set, None for one that is not there."""
        match trouble:
            case ssl.SSLCertVerificationError():
                return (
                    f"shows a certificate that is not trusted ({trouble.verify_message}): set"
                    " AMENDS_KAFKA_CA_FILE to the authority that issued it, AMENDS_KAFKA to the names it is for"
                )
            case ssl.SSLError() | ConnectionResetError() if self.security is not None:
                return (
                    "does not speak TLS with us. If that outlasts its restart, set AMENDS_KAFKA to its TLS listener,"
                    " or, where it asks for a client certificate, AMENDS_KAFKA_CERTIFICATE_FILE and _KEY_FILE"
                )
            case SaslAuthenticationFailed() | AuthenticationFailedError() | IllegalSaslStateError():
                return "refuses this login: check AMENDS_KAFKA_USER, AMENDS_KAFKA_PASSWORD, AMENDS_KAFKA_MECHANISM"
            case UnsupportedSaslMechanismError():
                return "does not know this kind of login: set AMENDS_KAFKA_MECHANISM to one it offers"
            case KafkaConnectionError():
                return self._closed()
            case _:
                return None

    def _closed(self) -> str:
        if self.security is None:
            return (
                "closes a plain connection. If that outlasts its restart, set AMENDS_KAFKA_TLS=true, and"
                " AMENDS_KAFKA_USER where it asks for a login"
            )
        if self.security.login is None:
            return (
                "closes a connection without a login: set AMENDS_KAFKA_USER and AMENDS_KAFKA_PASSWORD, or"
                " AMENDS_KAFKA_CERTIFICATE_FILE and AMENDS_KAFKA_KEY_FILE, whichever it asks for"
            )
        return "closes the connection: set AMENDS_KAFKA to its listener for TLS with a login (SASL_SSL)"


class AccessRefused(Unavailable):
    """A broker answers and does not let us in: an operator must act, and is told on which setting.

    Transient all the same: a password may be changed at the broker first. Never holds a secret.
    """


def access_to(kafka: KafkaAccess | str) -> KafkaAccess:
    """Return the access; a text is brokers without security."""
    return KafkaAccess(kafka) if isinstance(kafka, str) else kafka


async def unreachable(kafka: KafkaAccess, trouble: Exception, said: str) -> Unavailable:
    """Return what a failure means: the brokers' reason where they give one, which is logged too, else `said`."""
    refused = _denied(trouble)
    if refused is None and isinstance(trouble, KafkaConnectionError):
        refused = await kafka.refusal()
    if refused is None:
        return Unavailable(f"{said} ({type(trouble).__name__})")
    # Whoever waits and tries again tells nobody why; this waits for an operator.
    logger.warning("kafka_access_refused", exc_info=refused)
    return refused


def _denied(trouble: Exception) -> AccessRefused | None:
    if not isinstance(trouble, _NO_RIGHT):
        return None
    return AccessRefused(
        f"Kafka denies this user a right ({type(trouble).__name__}): grant what deploy/topics.py prints for it"
    )
