from __future__ import annotations

import asyncio
import logging
import sys
import warnings
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel

from eventlog.decider import Refused
from hosting.logs import adopt_library_loggers, configure_logs, correlated
from hosting.metrics import Metrics
from tests.unit.hosting.conftest import Lines
from tests.unit.hosting.sample import CANARY

PHONE = "13800138000"
MAIL = "li.wei@example.com"
log = structlog.get_logger()


@pytest.fixture(autouse=True)
def configured(lines: Lines) -> Metrics:
    metrics = Metrics("sample")
    configure_logs(service="sample", stream=lines, metrics=metrics)
    return metrics


class Person(BaseModel):
    """Somebody."""

    age: int


def failing(person: str) -> None:
    raise ValueError(f"cannot reach {person}")


def test_line_is_json_with_service_level_and_time(lines: Lines) -> None:
    log.info("relay_started", position=7, leads=True)

    line = lines.last()
    assert {"relay_started", "info", "sample", 7, True} == {
        line[key] for key in ("event", "level", "service", "position", "leads")
    }
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None


@pytest.mark.parametrize(
    "value", [CANARY, PHONE, "+86 138-0013-8000", "+8613800138000", MAIL, {"name": 1}, b"x"]
)
def test_value_that_is_no_plain_word_is_left_out_and_counted(
    lines: Lines, configured: Metrics, value: Any
) -> None:
    log.info("noted", stream=value, topic="amends.complaint.v1")

    line = lines.last()
    assert (line["dropped"], line["topic"]) == (1, "amends.complaint.v1")
    assert "stream" not in line
    assert 'amends_log_drops_total{kind="value"} 1.0' in configured.exposition("")[0].decode()


def test_key_nobody_allowed_is_left_out_and_counted(lines: Lines, configured: Metrics) -> None:
    log.info("noted", narrative=CANARY, **{CANARY: 1})

    assert lines.last()["dropped"] == 2
    assert CANARY not in lines.getvalue()
    assert 'amends_log_drops_total{kind="key"} 2.0' in configured.exposition("")[0].decode()


def test_sentence_instead_of_an_event_name_is_left_out(lines: Lines) -> None:
    sentence = f"complaint of {CANARY}"

    log.info(sentence)

    assert lines.last()["event"] == "unnamed_event"
    assert CANARY not in lines.getvalue()


@pytest.mark.parametrize(
    "word",
    [
        "complaint-7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11@12",
        "7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11",
        "amends.complaint.registered.v1",
        "/v1/complaints/{complaint}",
        "2026-03-01T09:30:00+08:00",
        "127.0.0.1",
    ],
)
def test_ids_names_and_instants_are_said(lines: Lines, word: str) -> None:
    log.info("noted", stream=word)

    assert word == lines.last()["stream"]


def test_ids_and_instants_may_be_given_as_what_they_are(lines: Lines) -> None:
    complaint = UUID("7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11")

    log.info("noted", correlation_id=complaint, due=datetime(2026, 3, 1, tzinfo=UTC), failed=["a", "b"])

    line = lines.last()
    assert (str(complaint), "2026-03-01T00:00:00+00:00", ["a", "b"]) == (
        line["correlation_id"],
        line["due"],
        line["failed"],
    )


def test_exception_is_told_by_type_and_place_without_values(lines: Lines) -> None:
    try:
        try:
            failing(CANARY)
        except ValueError as error:
            raise KeyError(PHONE) from error
    except KeyError:
        log.exception("failed")

    exception = lines.last()["exception"]
    (cause,) = exception["causes"]
    assert (exception["type"], cause["type"]) == ("KeyError", "ValueError")
    assert cause["places"][-1].endswith("failing")
    assert "test_logs.py" in exception["places"][0]
    assert CANARY not in lines.getvalue()
    assert PHONE not in lines.getvalue()


def test_refused_input_is_not_told_by_its_exception(lines: Lines) -> None:
    try:
        Person.model_validate({"age": CANARY})
    except ValueError as error:
        log.exception("failed", exc_info=error)

    assert lines.last()["exception"]["type"].endswith("ValidationError")
    assert CANARY not in lines.getvalue()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("complaint-7b0c9d86-3c8b-4a55-9a39-0c8f6d8b1f11", True),
        ("hotline/phone/13800138000", False),
        (MAIL, False),
    ],
)
def test_key_of_a_record_is_said_only_if_it_names_a_stream(lines: Lines, key: str, *, said: bool) -> None:
    log.warning("gap_parked", key=key)

    assert ("key" in lines.last()) == said


def test_name_of_the_speaker_is_said(lines: Lines) -> None:
    structlog.get_logger("relay").info("leading")

    assert lines.last()["logger"] == "relay"


def test_exception_known_to_be_safe_tells_its_message(lines: Lines) -> None:
    log.warning("refused", exc_info=Refused("customer_terms_first", "no terms yet"))

    assert lines.last()["exception"]["message"] == "customer_terms_first: no terms yet"


def test_system_error_tells_its_number_not_its_file(lines: Lines) -> None:
    log.warning("failed", exc_info=FileNotFoundError(2, "gone", f"/home/{CANARY}"))

    assert (
        lines.last()["exception"]["errno"],
        lines.last()["exception"]["message"],
    ) == (2, "No such file or directory")


def test_failures_of_a_group_are_all_told(lines: Lines) -> None:
    log.error("failed", exc_info=ExceptionGroup(CANARY, [ValueError(CANARY), OSError(5, CANARY)]))

    assert [cause["type"] for cause in lines.last()["exception"]["causes"]] == ["ValueError", "OSError"]
    assert CANARY not in lines.getvalue()


def test_quiet_library_line_tells_only_who_and_where(lines: Lines) -> None:
    logging.getLogger("aiokafka").info("Received %s", CANARY)

    line = lines.last()
    assert (line["event"], line["logger"], line["level"]) == ("library_log", "aiokafka", "info")
    assert line["place"].startswith("test_logs:")
    assert "message" not in line
    assert CANARY not in lines.getvalue()


def test_loud_library_line_tells_its_format_without_arguments(lines: Lines) -> None:
    logging.getLogger("aiokafka").warning("Cannot fetch %s from %s", CANARY, PHONE)

    assert lines.last()["message"] == "Cannot fetch %s from %s"


def test_sentence_put_together_before_the_call_is_not_told(lines: Lines) -> None:
    sentence = f"ValueError: {CANARY}"

    logging.getLogger("faststream").error(sentence)

    assert "message" not in lines.last()
    assert CANARY not in lines.getvalue()


def test_library_failure_is_told_without_values(lines: Lines) -> None:
    try:
        failing(CANARY)
    except ValueError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")

    assert lines.last()["exception"]["type"] == "ValueError"
    assert CANARY not in lines.getvalue()


def test_handlers_that_libraries_hang_are_taken_away(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    loud = logging.getLogger("faststream.access")
    loud.addHandler(logging.StreamHandler(sys.stdout))
    loud.propagate = False

    configure_logs(service="sample", stream=lines)
    loud.warning("GET %s", CANARY)

    assert lines.last()["message"] == "GET %s"
    assert capsys.readouterr().out == ""


def test_access_lines_of_the_server_stay_off(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").propagate = True

    adopt_library_loggers()

    assert not logging.getLogger("uvicorn.access").hasHandlers()


def test_warning_of_python_comes_through_the_same_door(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, stacklevel=1)

    assert lines.last()["logger"] == "py.warnings"
    assert CANARY not in lines.getvalue()


def test_last_words_of_a_crash_hold_no_values(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError(CANARY)

    sys.excepthook(ValueError, error, None)

    assert (lines.last()["event"], lines.last()["exception"]["type"]) == ("crashed", "ValueError")
    assert CANARY not in lines.getvalue() + capsys.readouterr().err


async def test_lost_task_is_told_without_values(lines: Lines) -> None:
    async def lost() -> None:
        failing(CANARY)

    asyncio.get_running_loop().call_exception_handler(
        {"message": CANARY, "exception": (await asyncio.gather(lost(), return_exceptions=True))[0]}
    )

    assert lines.last()["logger"] == "asyncio"
    assert CANARY not in lines.getvalue()


def test_conversation_is_bound_to_every_line_inside(lines: Lines) -> None:
    with correlated("complaint-1", "complaint-1@3"):
        log.info("inside")
        logging.getLogger("aiokafka").warning("inside too")
    log.info("outside")

    bound = [line.get("correlation_id") for line in lines.all()]
    assert bound == ["complaint-1", "complaint-1", None]
    assert lines.all()[0]["causation_id"] == "complaint-1@3"
