"""The outermost layer of the HTTP door: request id, one answer for every failure, one log line, one measurement."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from eventlog.clock import fresh_id
from hosting.bodies import ClientGone
from hosting.failures import Failures
from hosting.metrics import Metrics
from hosting.problems import RefusalTexts, problem_response

REQUEST_ID_HEADER: Final = b"x-request-id"
INSTANCE_PREFIX: Final = "urn:amends:request:"
UNMATCHED: Final = "unmatched"
CLIENT_CLOSED_REQUEST: Final = 499  # nobody hears it; logs and numbers do
# Asked every few seconds by machines: worth a number, not a line.
_QUIET: Final = frozenset({"/health/live", "/health/ready", "/metrics"})

log = structlog.get_logger()


@dataclass(slots=True)
class _Answer:
    """What has been answered so far: 0 while nothing was."""

    status: int = 0


class Edge:
    """Pure ASGI middleware; nothing a handler raises passes it unless half an answer is already out."""

    def __init__(self, app: ASGIApp, *, problem_of: Failures, texts: RefusalTexts, metrics: Metrics) -> None:
        self._app = app
        self._problem_of = problem_of
        self._texts = texts
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, or answer in its place."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        answer = _Answer()
        request_id = _request_id(scope)
        tracked = _tracked(send, answer, request_id)
        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, tracked)
            except (ClientGone, ClientDisconnect):
                answer.status = CLIENT_CLOSED_REQUEST
            except Exception as error:
                problem = self._problem_of(error)
                if answer.status:
                    raise
                language = _header(scope, b"accept-language")
                instance = INSTANCE_PREFIX + request_id
                response = problem_response(problem, self._texts, accept_language=language, instance=instance)
                await response(scope, receive, tracked)
            finally:
                self._record(scope, answer.status, perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method: str = scope["method"]
        self._metrics.measure("http_request_seconds", seconds, route=route, method=method, status=str(status))
        said = log.debug if route in _QUIET else log.info
        said("request", method=method, route=route, status=status, seconds=round(seconds, 6))


def _tracked(send: Send, answer: _Answer, request_id: str) -> Send:
    async def tracked(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            headers = [*message.get("headers", ()), (REQUEST_ID_HEADER, request_id.encode())]
            message = {**message, "headers": headers}
        await send(message)

    return tracked


def _request_id(scope: Scope) -> str:
    """Return the caller's request id if it is a UUID, else a fresh one: other texts do not belong in our logs."""
    sent = _header(scope, REQUEST_ID_HEADER)
    try:
        return str(uuid.UUID(sent) if sent else fresh_id())
    except ValueError:
        return str(fresh_id())


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            sent: bytes = value
            return sent.decode("latin-1")
    return ""
