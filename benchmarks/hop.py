"""The hop: a command at one service, through its log, Kafka and the next service's log, to Kafka again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import routing
from benchmarks.arrivals import Arrivals, watching
from benchmarks.load import Load
from benchmarks.peers import PeerName
from benchmarks.processes import ServiceProcess, cpu_seconds, engine_pids, started
from benchmarks.service import TOPICS, Opening, Role
from benchmarks.site import Site, settle


@dataclass(frozen=True, slots=True)
class Throughput:
    """Complaints a second from the first command to the last public record, and what one costs the machine.

    `cpu_microseconds` is None where the engines are not the run's own.
    """

    per_second: float
    cpu_microseconds: float | None


@dataclass(frozen=True, slots=True)
class _Pipeline:
    first: ServiceProcess
    second: ServiceProcess
    arrivals: Arrivals
    databases: tuple[str, str]

    async def send_through(self, load: Load) -> int:
        """Return how many complaints were sent, once all have come out at the end."""
        before = await self.arrivals.count()
        sent = await self.first.send(load)
        await self.arrivals.reach(before + sent.count)
        return sent.count

    async def warm_up(self, load: Load) -> None:
        await self.send_through(load)
        for dsn in self.databases:
            await settle(dsn)


async def throughput(site: Site, peer: PeerName, *, warm_up: Load, load: Load) -> Throughput:
    """Send complaints as fast as callers that wait for their answers do; stop the clock at the last record."""
    async with _pipeline(site, peer) as pipeline:
        await pipeline.warm_up(warm_up)
        engines = engine_pids(site.engines)
        pids = (pipeline.first.pid, pipeline.second.pid, *engines)
        cpu, began = cpu_seconds(pids), time.perf_counter()
        count = await pipeline.send_through(load)
        seconds = time.perf_counter() - began
        used = (cpu_seconds(pids) - cpu) / count * 1e6
        return Throughput(count / seconds, used if engines else None)


async def latency(site: Site, peer: PeerName, *, rate: float, warm_up: int, count: int) -> list[float]:
    """Send complaints at a rate; return for each the seconds from when it was due to its record behind the hop."""
    async with _pipeline(site, peer) as pipeline:
        await pipeline.warm_up(Load(count=warm_up, rate=rate))
        await pipeline.arrivals.skip()
        delays, _ = await asyncio.gather(
            pipeline.arrivals.delays(count), pipeline.first.send(Load(count=count, rate=rate))
        )
        return delays


@asynccontextmanager
async def _pipeline(site: Site, peer: PeerName) -> AsyncIterator[_Pipeline]:
    async with AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(site.database()) for _ in range(2)]
        prefix = await stack.enter_async_context(site.topics(TOPICS))

        def opening(role: Role, database: str) -> Opening:
            return Opening(
                role=role,
                peer=peer,
                kafka=site.engines.kafka,
                database=database,
                keys_database=site.keys_dsn,
                secrets=Path(site.secrets),
                topic_prefix=prefix,
            )

        second = await stack.enter_async_context(started(opening("routing", databases[1])))
        first = await stack.enter_async_context(started(opening("complaint", databases[0])))
        arrivals = await stack.enter_async_context(watching(site.engines.kafka, prefix + routing.TOPIC))
        yield _Pipeline(first, second, arrivals, (databases[0], databases[1]))
