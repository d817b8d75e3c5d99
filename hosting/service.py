"""From parts to a process: the application of a service, and its two commands `run` and `migrate`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable

import typer
from fastapi import APIRouter, FastAPI

from contracts.strict_json import BadBody, parse_json
from eventlog.errors import Unavailable
from eventlog.keys.postgres import MIGRATIONS as KEY_MIGRATIONS
from eventlog.postgres.migrate import MigrationChanged, engine_migrations, migrate, migrations_in
from eventlog.postgres.pool import TRANSIENT
from hosting import operations
from hosting.app import service_app
from hosting.bodies import BodyReader
from hosting.health import Health, Life
from hosting.identity import KeyUnusable, TokenCheck
from hosting.logs import configure_logs
from hosting.metrics import Metrics
from hosting.probes import probes
from hosting.problems import RefusalTexts, TextsBroken
from hosting.running import Parts, Running
from hosting.serve import EXIT_FAILED, Listening, run
from hosting.settings import ServiceSettings, SettingsBroken, settings_from_environment

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as its composition root declares it. `files` are the routes whose body is a file, not JSON."""

    parts: Callable[[ServiceSettings], Parts]
    routers: Sequence[APIRouter]
    refusals: Traversable
    migrations: Traversable
    settings: type[ServiceSettings] = ServiceSettings
    files: Sequence[str] = ()


def application(service: Service, settings: ServiceSettings, metrics: Metrics, life: Life) -> FastAPI:
    """Build the application of a service with everything in it, not yet started."""
    parts = service.parts(settings)
    engine = Running(parts, settings, observer=metrics, life=life)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with engine.open():
            app.state.running = engine
            for name, part in parts.door_parts(engine).items():
                setattr(app.state, name, part)
            yield

    return service_app(
        f"Amends {parts.name}",
        VERSION,
        routers=[*service.routers, operations.router],
        lifespan=lifespan,
        tokens=TokenCheck.from_jwk(settings.secret("jwt-public.json")),
        bodies=BodyReader(parse_json, BadBody),
        texts=RefusalTexts.from_toml(service.refusals.read_bytes()),
        metrics=metrics,
        health=Health(life, probes(engine)),
        transient=(Unavailable,),
        files=service.files,
    )


def command_line(name: str, service: Service) -> typer.Typer:
    """Return the command line of a service process."""
    cli = typer.Typer(
        help=f"The {name} service of Amends.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @cli.command("run")
    def run_service() -> None:
        """Serve HTTP, consume topics and follow the log until SIGTERM."""
        settings = _settings(service)
        metrics, life = Metrics(name), Life()
        configure_logs(service=name, level=settings.log_level, metrics=metrics)
        try:
            app = application(service, settings, metrics, life)
        except (SettingsBroken, KeyUnusable, TextsBroken) as broken:
            typer.echo(str(broken), err=True)
            raise typer.Exit(2) from None
        listening = Listening(host=settings.host, port=settings.port)
        raise typer.Exit(run(app, listening, life, lambda: metrics.count("loop_blocks_total")))

    @cli.command("migrate")
    def migrate_database() -> None:
        """Bring this service's database, and the key store's, up to date."""
        settings = _settings(service)
        try:
            done = asyncio.run(_migrate(name, service, settings))
        except MigrationChanged as changed:
            typer.echo(f"{changed}: restore the file and put the change into a new migration", err=True)
            raise typer.Exit(EXIT_FAILED) from None
        except TRANSIENT as trouble:
            typer.echo(
                f"the database does not answer ({type(trouble).__name__}): start it, then migrate again",
                err=True,
            )
            raise typer.Exit(EXIT_FAILED) from None
        typer.echo(f"{name}: {len(done)} migrations run" if done else f"{name}: up to date")

    return cli


async def _migrate(name: str, service: Service, settings: ServiceSettings) -> list[str]:
    keys = await migrate(settings.keys_database.get_secret_value(), migrations_in("keys", KEY_MIGRATIONS))
    own = await migrate(
        settings.database.get_secret_value(), [*engine_migrations(), *migrations_in(name, service.migrations)]
    )
    return keys + own


def _settings(service: Service) -> ServiceSettings:
    try:
        return settings_from_environment(service.settings)
    except SettingsBroken as broken:
        typer.echo(str(broken), err=True)
        raise typer.Exit(2) from None
