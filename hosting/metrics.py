"""Every number a service shows: one closed table of names, kept in a registry of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from eventlog.observe import CounterName, GaugeName, MeasureName

PREFIX: Final = "amends_"
SERIES_MAX: Final = 300  # of one metric; what comes beyond is counted under OTHER
OTHER: Final = "other"
_LABEL_VALUE = re.compile(r"[A-Za-z0-9_./:{}-]{0,100}")

# What the door and the process add to the engine's names.
DoorCounterName: TypeAlias = Literal["log_drops_total", "loop_blocks_total"]
DoorMeasureName: TypeAlias = Literal["http_request_seconds"]

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True)
class Metric:
    """One name with its meaning and labels; `buckets` are a histogram's upper bounds in the name's unit."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


COUNTERS: Final = (
    Metric("commands_total", "Commands by outcome", ("service", "command", "outcome")),
    Metric("dead_letters_total", "Records kept aside as dead letters", ("topic", "cause")),
    Metric("ignored_total", "Records of a type this service does not handle", ("type",)),
    Metric("refused_notes_total", "Consumed facts that a rule refused", ("rule",)),
    Metric("timers_fired_total", "Durable timers that fired"),
    Metric("log_drops_total", "Log keys and texts left out because they are not known to be safe", ("kind",)),
    Metric("loop_blocks_total", "Times the event loop stood still over the threshold"),
)
GAUGES: Final = (
    Metric("relay_position", "Position the relay has published up to"),
    Metric("log_position", "Last position of the log"),
    Metric("consumer_lag", "Records on the topics not yet consumed"),
    Metric("consumer_age_seconds", "Seconds since the consumer last fetched"),
    Metric("parked_records", "Records parked behind a gap or a dead letter"),
    Metric("leader_epoch", "Epoch of this instance's leadership, 0 when it does not lead"),
    Metric("projection_lag", "Events a projection or reaction is behind the log", ("follower",)),
    Metric("quarantined_streams", "Streams whose next record can never be sent"),
    Metric("events_set_aside", "Own events a reaction tries again, since what they rest on is missing"),
)
MEASURES: Final = (
    Metric("append_seconds", "Time of one append", buckets=_SECONDS),
    Metric("flush_size", "Commands in one flush", buckets=_SIZES),
    Metric("http_request_seconds", "Time of one HTTP request", ("route", "method", "status"), _SECONDS),
)


class Metrics:
    """The observer that engine and door report to; implements `eventlog.observe.Observer`.

    Label values come partly from outside (a record's type): what is no plain word, or one series too many,
    counts as `other`, so that neither personal data nor an attacker's invention becomes a series.
    """

    def __init__(self, service: str) -> None:
        # The library's `_created` twins double the series and nobody reads them; the switch is per process.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._service = service
        self._counters = {
            m.name: Counter(PREFIX + m.name, m.meaning, m.labels, registry=None) for m in COUNTERS
        }
        self._gauges = {m.name: Gauge(PREFIX + m.name, m.meaning, m.labels, registry=None) for m in GAUGES}
        self._measures = {
            m.name: Histogram(PREFIX + m.name, m.meaning, m.labels, buckets=m.buckets, registry=None)
            for m in MEASURES
        }
        self._labels = {m.name: m.labels for m in (*COUNTERS, *GAUGES, *MEASURES)}
        self._series: dict[str, set[tuple[str, ...]]] = {name: set() for name in self._labels}
        for collector in (*self._counters.values(), *self._gauges.values(), *self._measures.values()):
            self.registry.register(collector)

    def count(self, name: CounterName | DoorCounterName, value: int = 1, **labels: str) -> None:
        """Add `value` things that happened."""
        counter = self._counters[name]
        known = self._known(name, labels)
        (counter.labels(*known) if known else counter).inc(value)

    def gauge(self, name: GaugeName, value: float, **labels: str) -> None:
        """Say how things stand now."""
        gauge = self._gauges[name]
        known = self._known(name, labels)
        (gauge.labels(*known) if known else gauge).set(value)

    def measure(self, name: MeasureName | DoorMeasureName, value: float, **labels: str) -> None:
        """Say how large one thing was, in the unit its name ends in."""
        histogram = self._measures[name]
        known = self._known(name, labels)
        (histogram.labels(*known) if known else histogram).observe(value)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return what a scraper reads and its content type, in the format its Accept header asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type

    def _known(self, name: str, labels: dict[str, str]) -> tuple[str, ...]:
        """Return the label values in the table's order; a label not in the table is a programmer's error."""
        wanted = self._labels[name]
        if not wanted:
            return ()
        given = {"service": self._service, **labels} if "service" in wanted else labels
        if given.keys() != set(wanted):
            raise TypeError(f"{name} has the labels {wanted}, not {tuple(given)}")
        values = tuple(given[label] if _LABEL_VALUE.fullmatch(given[label]) else OTHER for label in wanted)
        series = self._series[name]
        if values in series:
            return values
        if len(series) >= SERIES_MAX:
            return (OTHER,) * len(wanted)
        series.add(values)
        return values
