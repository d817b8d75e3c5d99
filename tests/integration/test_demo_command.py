"""`amends demo`, small: an installation of its own on the run's engines, played to the end, and totals that fit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from operate.settings import REPOSITORY, own_environment
from operate.stack.home import Home
from operate.stack.local import Engines
from operate.stack.state import read_state

COMPLAINTS = 36
SECONDS_MAX = 240


@pytest.fixture(scope="module")
def played(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """The document of one small demo, and the home it ran in."""
    home = tmp_path_factory.mktemp("demo-home")
    environment = {
        **own_environment(),
        "AMENDS_HOME": str(home),
        "AMENDS_KAFKA": engines.kafka,
        "AMENDS_POSTGRES": engines.postgres_dsn,
    }
    command = [sys.executable, "-m", "operate.cli", "demo", "--complaints", str(COMPLAINTS), "--json"]
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-4000:]
    return json.loads(done.stdout), home


@pytest.mark.timeout(SECONDS_MAX)
def test_demo_reconciles_check_by_check(played: tuple[dict[str, Any], Path]) -> None:
    document, _ = played

    assert [check["text_en"] for check in document["checks"] if not check["holds"]] == []
    assert document["reconciles"] is True
    assert document["complaints"]["sent"] == COMPLAINTS


def test_demo_lets_deadlines_run_out_by_timers_and_people_reopen_withdraw_and_refer(
    played: tuple[dict[str, Any], Path],
) -> None:
    events = played[0]["events"]

    for name in (
        "complaint.deadline_missed",
        "complaint.reopened",
        "complaint.handover_declined",
        "escalation.referred",
        "group.formed",
    ):
        assert events[name] >= 1, name
    assert any(outcomes["withdrawn"] for outcomes in played[0]["outcomes_by_timing"].values())


def test_demo_tells_one_complaint_with_its_clocks_explained_in_both_languages(
    played: tuple[dict[str, Any], Path],
) -> None:
    told = played[0]["told"]

    assert told["steps"][0]["text_en"].startswith("Taken in")
    assert all(clock["explanation_en"] and clock["explanation_zh"] for clock in told["clocks"])


def test_demo_tells_one_negotiation_with_its_refusals_and_a_bundle_that_verifies(
    played: tuple[dict[str, Any], Path],
) -> None:
    told = played[0]["negotiations"]["told"]

    assert [step["refused_by"] for step in told["steps"] if step["refused_by"]] == [
        "service_need_first",
        "customer_terms_first",
        "proposer_is_not_approver",
        "one_sided_concession",
        "link_spent",
        "payment_not_as_agreed",
    ]
    assert told["evidence_holds"] is True
    assert Path(told["document"]).read_bytes().startswith(b"%PDF-")


def test_demo_flags_the_professional_and_never_who_is_often_right(
    played: tuple[dict[str, Any], Path],
) -> None:
    flags = played[0]["flags"]

    assert flags["professional"]["score"] >= flags["professional"]["threshold"]
    assert [each["rule"] for each in flags["professional"]["routed"]][:1] == ["flag_professional"]
    assert flags["frequent_justified"]["flags"] == 0


def test_demo_pays_what_was_agreed_in_every_currency(played: tuple[dict[str, Any], Path]) -> None:
    negotiations = played[0]["negotiations"]

    assert negotiations["by_end"]["settled"] >= 1
    assert negotiations["money"]
    assert all(each["agreed"] == each["paid"] for each in negotiations["money"].values())


def test_demo_leaves_no_service_running(played: tuple[dict[str, Any], Path]) -> None:
    members = read_state(Home(played[1] / "demo").state_file).members

    assert members.keys() == {"intake", "escalation", "compensation", "blacklist"}
    assert not any(each.alive for each in members.values())
    assert not [each for each in psutil.process_iter(["cmdline"]) if _is_of(each, played[1])]


def _is_of(each: psutil.Process, home: Path) -> bool:
    return str(home) in " ".join(each.info["cmdline"] or ())
