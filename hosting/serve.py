"""The run of one service process: listen, serve, stop in good order, say by the exit status how it ended."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from hosting.collector import calm_collector
from hosting.health import Death, Life
from hosting.watchdog import BLOCK_SECONDS, Watchdog

EXIT_STOPPED: Final = 0
EXIT_FAILED: Final = 1  # it could not start, or declared itself dead: a supervisor starts it anew

_BACKLOG: Final = 2048
_KEEP_ALIVE_SECONDS: Final = 30
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a service listens and how long its stop may take.

    `request_seconds` is what requests in flight get after the signal, `stop_seconds` the whole stop.
    """

    host: str
    port: int
    request_seconds: int = 5
    stop_seconds: float = 20.0
    block_seconds: float = BLOCK_SECONDS


def run(app: ASGIApp, listening: Listening, life: Life, loop_blocked: Callable[[], None]) -> int:
    """Serve until a signal or a death and return the exit status; takes the main thread."""
    calm_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(app, listening, life, loop_blocked))


async def serve(app: ASGIApp, listening: Listening, life: Life, loop_blocked: Callable[[], None]) -> int:
    """Serve until SIGTERM, SIGINT or a death and return the exit status.

    Then: no new connections, requests in flight finish, the lifespan stops followers and consumers, all
    within `stop_seconds`; what takes longer is cut off.
    """
    bound = _bound(listening)
    if bound is None:
        return EXIT_FAILED
    server = _Server(_config(app, listening))
    with Watchdog(loop_blocked, listening.block_seconds) as watchdog:

        def stop(reason: str) -> None:
            if not server.should_exit:
                log.info("stopping", reason=reason)
                watchdog.stop_within(listening.stop_seconds)
            server.should_exit = True

        def stop_dead(death: Death) -> None:
            stop(f"{death.component}_dead")

        with _signals(stop):
            life.on_death(stop_dead)
            return await _served(server, bound, life)


async def _served(server: _Server, bound: socket.socket, life: Life) -> int:
    try:
        await server.serve(sockets=[bound])
    except SystemExit:
        # The server's way to say that the lifespan did not start; why is in the log already.
        return EXIT_FAILED
    finally:
        bound.close()
    exit_status = EXIT_STOPPED if life.death is None else EXIT_FAILED
    log.info("stopped", exit_status=exit_status)
    return exit_status


class _Server(uvicorn.Server):
    """uvicorn without its signal handling, which ends the process by the signal instead of an exit status."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone: `serve` has them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as the base does and say where we listen."""
        await super().startup(sockets=sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            log.info("listening", host=host, port=port, pid=os.getpid())


def _config(app: ASGIApp, listening: Listening) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        # Whoever stands in front may claim any address; ours are not used for anything.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=listening.request_seconds,
    )


def _bound(listening: Listening) -> socket.socket | None:
    try:
        return socket.create_server((listening.host, listening.port), backlog=_BACKLOG)
    except OSError as error:
        log.critical("cannot_listen", host=listening.host, port=listening.port, exc_info=error)
        return None


@contextmanager
def _signals(stop: Callable[[str], None]) -> Generator[None, None, None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number.name)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
