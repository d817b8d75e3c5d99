"""Structured logs: one JSON object a line on standard output, without personal data (promise R12).

Our own lines go through the allow-list of `hosting.redaction`. Libraries write sentences that may hold what
they handled, so of theirs only logger, level and place are kept, and the sentence where it is a literal of
the code that wrote it.
"""

from __future__ import annotations

import inspect
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.processors import JSONRenderer, TimeStamper, add_log_level
from structlog.typing import EventDict, Processor

from hosting.metrics import Metrics
from hosting.redaction import Redaction

LIBRARY_EVENT: Final = "library_log"
_FRAMES_SEARCHED: Final = 16
# The edge has its own line for a request; the server's holds the address as it was sent.
_SILENT: Final = ("uvicorn.access",)

log = structlog.get_logger()


def configure_logs(
    *,
    service: str,
    level: str = "INFO",
    stream: TextIO | None = None,
    metrics: Metrics | None = None,
) -> None:
    """Route every log line of this process through one door; to be called once, before anything speaks."""
    redaction = Redaction(_counting(metrics))
    threshold = logging.getLevelNamesMapping()[level]
    written = _writing_to(stream or sys.stdout)
    ending: list[Processor] = [TimeStamper(fmt="iso", utc=True), _naming(service), JSONRenderer()]
    structlog.configure(
        processors=[merge_contextvars, add_log_level, redaction, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=written,
    )
    lines = structlog.wrap_logger(written(), processors=[merge_contextvars, *ending])
    logging.root.handlers = [LibraryHandler(lines, redaction)]
    logging.root.setLevel(threshold)
    logging.captureWarnings(capture=True)
    adopt_library_loggers()
    _hook_last_words()


def adopt_library_loggers() -> None:
    """Take away handlers that libraries hung on their own loggers, so that their lines come through our door.

    Call it again after a broker or server was built: they hang theirs at that moment.
    """
    for name in (*logging.root.manager.loggerDict, *_SILENT):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name not in _SILENT


@contextmanager
def correlated(correlation_id: str, causation_id: str | None = None) -> Iterator[None]:
    """Bind the conversation's ids to every line written inside."""
    causation = {} if causation_id is None else {"causation_id": causation_id}
    with bound_contextvars(correlation_id=correlation_id, **causation):
        yield


class LibraryHandler(logging.Handler):
    """Writes other people's log records: where and how loud, not what, unless it is a literal of their code."""

    def __init__(self, lines: Any, redaction: Redaction) -> None:
        super().__init__()
        self._lines = lines
        self._redaction = redaction

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line. Never raises: a log line is not worth a failure."""
        line: dict[str, Any] = {
            "level": record.levelname.lower(),
            "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
        }
        if record.levelno >= logging.WARNING and _is_literal(record.msg):
            line["message"] = record.msg
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = self._redaction.failure(record.exc_info[1])
        self._lines.msg(LIBRARY_EVENT, **line)


def _is_literal(message: object) -> bool:
    """Whether a function on the stack has this very text as a constant.

    A format string has no data in it, a text put together before the call may have: nothing but the code
    itself tells them apart.
    """
    frame = inspect.currentframe()
    for _ in range(_FRAMES_SEARCHED):
        if frame is None or not isinstance(message, str):
            return False
        if message in frame.f_code.co_consts:
            return True
        frame = frame.f_back
    return False


def _counting(metrics: Metrics | None) -> Callable[[str], None]:
    def dropped(kind: str) -> None:
        if metrics is not None:
            metrics.count("log_drops_total", kind=kind)

    return dropped


class _NamedLogger(structlog.WriteLogger):
    """Writes lines; `name` is what the module gave to `structlog.get_logger`."""

    def __init__(self, stream: TextIO, name: str | None) -> None:
        super().__init__(stream)
        self.name = name


def _writing_to(stream: TextIO) -> Callable[..., _NamedLogger]:
    def named(name: str | None = None) -> _NamedLogger:
        return _NamedLogger(stream, name)

    return named


def _naming(service: str) -> Processor:
    def name(logger: _NamedLogger, _method: str, line: EventDict) -> EventDict:
        line["service"] = service
        if logger.name is not None:
            line["logger"] = logger.name
        return line

    return name


def _hook_last_words() -> None:
    """Let what nobody caught be told like any other failure: Python itself would print its values."""

    def crashed(_kind: object, error: BaseException, _traceback: object) -> None:
        log.critical("crashed", exc_info=error)

    sys.excepthook = crashed
    threading.excepthook = lambda args: log.critical("thread_crashed", exc_info=args.exc_value)
    sys.unraisablehook = lambda args: log.error("unraisable_failure", exc_info=args.exc_value)
