"""Letters and orders: put whole, once, for their owner only; what fails to be put is tried again."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from eventlog.errors import Unavailable
from services.compensation.domain.negotiation.facts import Customer
from services.compensation.settlement.folders import put_once
from services.compensation.settlement.letters import Invitation, MailFolder
from services.compensation.settlement.links import link_for, new_token, token_hash
from tests.unit.compensation.story import COMPLAINT, later


def invitation(token: str) -> Invitation:
    return Invitation(
        complaint=COMPLAINT,
        language="en",
        company="Morningstar Appliances Ltd",
        customer=Customer(name="Grace O'Neill", email="grace@example.org", payout_account="DE00"),
        link=link_for("https://sign.example.org", COMPLAINT, token),
        expires_at=later(days=7),
    )


def names_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_first_file_of_a_name_stays(tmp_path: Path) -> None:
    assert put_once(tmp_path, "a.json", {"a": 1})
    assert put_once(tmp_path, "a.json", {"a": 1})
    assert not put_once(tmp_path, "a.json", {"a": 2})

    (file,) = tmp_path.iterdir()
    assert json.loads(file.read_text()) == {"a": 1}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_folder_that_cannot_be_written_to_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file stands here")

    with pytest.raises(Unavailable):
        put_once(tmp_path / "mail", "a.json", {})


async def test_letter_says_where_to_sign_and_by_when_and_nothing_of_the_account(tmp_path: Path) -> None:
    await MailFolder(tmp_path).invite(invitation("secret"), 1)

    letter = json.loads((tmp_path / f"{COMPLAINT}-link-1.json").read_text())
    assert letter["to"] == {"name": "Grace O'Neill", "email": "grace@example.org"}
    assert letter["link"] == f"https://sign.example.org/sign#{COMPLAINT}.secret"
    assert letter["link"] in letter["text"]
    assert "2026-03-10 12:00 UTC" in letter["text"]
    assert "DE00" not in str(letter)


async def test_another_letter_under_a_number_takes_the_next_one(tmp_path: Path) -> None:
    mail = MailFolder(tmp_path)
    await mail.invite(invitation("first"), 1)
    await mail.invite(invitation("second"), 1)
    await mail.invite(invitation("second"), 1)

    assert names_in(tmp_path) == [
        f"{COMPLAINT}-link-1.json",
        f"{COMPLAINT}-link-2.json",
    ]


def test_tokens_are_drawn_and_known_by_their_hash() -> None:
    token = new_token()

    assert token != new_token()
    assert len(token) == 43
    assert len(token_hash(token)) == 64
