"""Databases and roles on the local server: each role owns one database and may enter no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

import asyncpg

from operate.errors import OperateError
from operate.stack.local import Engines

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]

_CONNECT_SECONDS = 10
# Identifiers and passwords cannot be parameters of these statements, so the server itself quotes them.
_STATEMENTS = {
    "create role": "SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)",
    "set password": "SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)",
    "create database": "SELECT format('CREATE DATABASE %I OWNER %I', $1::text, $2::text)",
    "close database": "SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text)",
    "drop database": "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text)",
    "drop role": "SELECT format('DROP ROLE IF EXISTS %I', $1::text)",
}
_OWN_NAME = "SELECT current_user"
_ROLE_EXISTS = "SELECT count(*) FROM pg_roles WHERE rolname = $1"
_DATABASE_EXISTS = "SELECT count(*) FROM pg_database WHERE datname = $1"
_SHARED_DATABASES = ("postgres", "template1")


def dsn_of(base: str, database: str, *, role: str | None = None, password: str = "") -> str:
    """Return the DSN of another database on the same server, for the same role unless one is given."""
    parts = urlsplit(base)
    if role is None:
        return parts._replace(path=f"/{database}").geturl()
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(
        netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{place}", path=f"/{database}"
    ).geturl()


async def create_database(engines: Engines, name: str) -> str:
    """Create an empty database of the administrator's and return its DSN."""
    async with _admin(engines) as admin:
        await _run(admin, "create database", name, await admin.fetchval(_OWN_NAME))
    return dsn_of(engines.postgres_admin_dsn, name)


async def drop_database(engines: Engines, name: str) -> None:
    """Drop a database with everyone who is connected to it; one that is not there is no error."""
    async with _admin(engines) as admin:
        await _run(admin, "drop database", name)


async def ensure_owned_database(engines: Engines, name: str, password: str) -> str:
    """Make a role and a database of the same name, which only this role may enter; return the role's DSN.

    Repeating it changes nothing but the password.
    """
    async with _admin(engines) as admin:
        exists = await admin.fetchval(_ROLE_EXISTS, name)
        await _run(admin, "set password" if exists else "create role", name, password)
        if not await admin.fetchval(_DATABASE_EXISTS, name):
            await _run(admin, "create database", name, name)
        for closed in (name, *_SHARED_DATABASES):
            await _run(admin, "close database", closed)
    return dsn_of(engines.postgres_dsn, name, role=name, password=password)


async def drop_owned_database(engines: Engines, name: str) -> None:
    """Undo `ensure_owned_database`: drop the database and its role; what is not there is no error."""
    async with _admin(engines) as admin:
        await _run(admin, "drop database", name)
        await _run(admin, "drop role", name)


@asynccontextmanager
async def _admin(engines: Engines) -> AsyncIterator[Connection]:
    try:
        connection = await asyncpg.connect(engines.postgres_admin_dsn, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise OperateError(
            f"PostgreSQL cannot be reached as administrator: {type(error).__name__}.",
            "See `amends status`; with AMENDS_POSTGRES, check that DSN, its password and the role's right to create.",
        ) from error
    try:
        yield connection
    finally:
        await connection.close()


async def _run(admin: Connection, statement: str, *names: str) -> None:
    await admin.execute(await admin.fetchval(_STATEMENTS[statement], *names))
