"""Development tokens: for the local stack only, and only such as its services take."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from hosting.identity import TokenCheck
from operate.development import development_token, local_address
from operate.errors import OperateError
from operate.settings import Settings, read_settings
from operate.stack.installation import make_keys


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return dataclasses.replace(read_settings({}), home=tmp_path)


def test_a_token_says_who_in_which_role_at_which_desk(settings: Settings) -> None:
    make_keys(settings.home / "secrets")

    token = development_token(settings, actor="a-017", roles=["agent"], seconds=60, desk="front")

    public = (settings.home / "secrets" / "jwt-public.json").read_text(encoding="utf-8")
    by = TokenCheck.from_jwk(public).by_of(token)
    assert (by.actor, by.roles, by.desk) == ("a-017", ("agent",), "front")


def test_a_name_that_no_service_would_take_is_refused(settings: Settings) -> None:
    make_keys(settings.home / "secrets")

    with pytest.raises(OperateError, match="pseudonym"):
        development_token(settings, actor="ann@example.com", roles=["agent"], seconds=60)


def test_without_a_stack_there_is_no_token_and_no_address(settings: Settings) -> None:
    with pytest.raises(OperateError, match="no local stack"):
        development_token(settings, actor="a-017", roles=["agent"], seconds=60)
    with pytest.raises(OperateError, match="No intake runs"):
        local_address(settings, "intake")
