"""The HTTP door of one service, put together from what its composition root brings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NoReturn

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response

from hosting.bodies import BodyLimit, BodyReader
from hosting.edge import Edge
from hosting.failures import failures
from hosting.health import Health
from hosting.identity import TokenCheck
from hosting.logs import adopt_library_loggers
from hosting.metrics import Metrics
from hosting.openapi import PROBLEM_RESPONSES, described
from hosting.problems import RefusalTexts

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

log = structlog.get_logger()


def service_app(
    title: str,
    version: str,
    *,
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    tokens: TokenCheck,
    bodies: BodyReader,
    texts: RefusalTexts,
    metrics: Metrics,
    health: Health,
    transient: tuple[type[Exception], ...] = (),
    files: Sequence[str] = (),
) -> FastAPI:
    """Return the service's application.

    `lifespan` starts and stops followers and consumers; `transient` names the service's own kinds of passing
    trouble, `files` the routes whose body is a file of any media type. Routes find `caller`, `json_body` and `body_as` ready to use.
    """
    edge = Middleware(Edge, problem_of=failures(texts, transient), texts=texts, metrics=metrics)
    app = FastAPI(
        title=title,
        version=version,
        lifespan=_told(lifespan),
        middleware=[edge, Middleware(BodyLimit, files=files)],
        exception_handlers={HTTPException: _to_the_edge, RequestValidationError: _to_the_edge},
        responses=PROBLEM_RESPONSES,
        redoc_url=None,
        # The framework's own telemetry records exceptions with their messages.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.tokens = tokens
    app.state.bodies = bodies
    for router in routers:
        app.include_router(router)
    _watch(app, health, metrics)
    described(app)
    return app


async def _to_the_edge(_request: Request, error: Exception) -> NoReturn:
    """Let the framework answer nothing itself: the edge knows how a refusal looks here."""
    raise error


def _told(lifespan: Lifespan) -> Lifespan:
    """Return the lifespan with its failures logged; the server would only see a text it may not print."""

    @asynccontextmanager
    async def told(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with lifespan(app):
                adopt_library_loggers()
                yield
        except Exception as error:
            log.critical("start_or_stop_failed", exc_info=error)
            raise

    return told


def _watch(app: FastAPI, health: Health, metrics: Metrics) -> None:
    """Add what supervisors and scrapers ask for; none of it needs a token, none of it tells of a person."""

    async def numbers(request: Request) -> Response:
        content, content_type = metrics.exposition(request.headers.get("accept", ""))
        return Response(content, headers={"content-type": content_type})

    for path, endpoint in (
        ("/health/live", health.live),
        ("/health/ready", health.ready),
        ("/metrics", numbers),
    ):
        app.add_api_route(path, endpoint, response_model=None, tags=["operations"])
