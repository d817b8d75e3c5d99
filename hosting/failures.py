"""Every exception that leaves a route becomes one problem; which one, and what of it is logged, is said here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from eventlog.decider import Refused
from eventlog.errors import Contended, Unavailable, UnreadableEvent
from hosting.faults import request_problem
from hosting.problems import REFUSED_STATUS, Problem, RefusalTexts

INTERNAL_ERROR: Final = 500
SERVICE_UNAVAILABLE: Final = 503
RETRY_AFTER_SECONDS: Final = 2

# Waiting and sending the same again helps: servers that do not answer, races lost, a release that lags.
TRANSIENT: Final[tuple[type[Exception], ...]] = (
    *(Unavailable, Contended, UnreadableEvent),
    *(ConnectionError, TimeoutError),
)
_RULE_OF_STATUS: Final = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}

log = structlog.get_logger()

Failures = Callable[[Exception], Problem]


def failures(texts: RefusalTexts, transient: tuple[type[Exception], ...] = ()) -> Failures:
    """Return the function that turns any exception into a problem and logs those that are ours to mend.

    `transient` adds a service's own kinds of passing trouble (its drivers' exceptions).
    """
    passing = (*TRANSIENT, *transient)

    def problem_of(error: Exception) -> Problem:
        if isinstance(error, Problem):
            return error
        if isinstance(error, Refused):
            return Problem(texts.wording(error.rule).status or REFUSED_STATUS, error.rule, error.detail)
        if isinstance(error, RequestValidationError):
            return request_problem(error.errors())
        if isinstance(error, HTTPException):
            return _of_framework(error)
        if isinstance(error, passing):
            log.warning("temporarily_unavailable", exc_info=error)
            retry = {"retry-after": str(RETRY_AFTER_SECONDS)}
            return Problem(SERVICE_UNAVAILABLE, "temporarily_unavailable", headers=retry)
        return _unexpected(error)

    return problem_of


def _of_framework(error: HTTPException) -> Problem:
    """Take status and headers from the framework, never its sentence: that may quote the request."""
    rule = _RULE_OF_STATUS.get(error.status_code, "request_invalid")
    return Problem(error.status_code, rule, headers=error.headers)


def _unexpected(error: Exception) -> Problem:
    log.error("unexpected_failure", exc_info=error)
    return Problem(INTERNAL_ERROR, "unexpected_failure")
