"""What only the local stack gives away: tokens signed with its own key, and where its doors are."""

from __future__ import annotations

from collections.abc import Sequence

from hosting.identity import TokenCheck, mint_token
from hosting.problems import Problem
from operate.errors import OperateError
from operate.settings import Settings
from operate.stack.home import Home
from operate.stack.installation import PRIVATE_TOKEN_KEY, PUBLIC_TOKEN_KEY
from operate.stack.ports import LOCALHOST
from operate.stack.state import read_state


def development_token(
    settings: Settings, *, actor: str, roles: Sequence[str], seconds: int, desk: str | None = None
) -> str:
    """Return a token that the services of this home accept.

    Raises OperateError where nothing was set up yet, or when they would not accept it.
    """
    secrets = Home(settings.home).secrets
    try:
        private = (secrets / PRIVATE_TOKEN_KEY).read_text(encoding="utf-8")
        public = (secrets / PUBLIC_TOKEN_KEY).read_text(encoding="utf-8")
    except OSError:
        raise OperateError(
            f"There is no local stack in {settings.home}.",
            "Run `amends up`; elsewhere, ask whoever issues tokens there.",
        ) from None
    token = mint_token(private, actor=actor, roles=roles, seconds=seconds, desk=desk)
    try:
        TokenCheck.from_jwk(public).by_of(token)
    except Problem as refused:
        raise OperateError(
            f"No service would accept this token: {refused.detail or refused.rule}.",
            "Use plain names: letters, digits, and . _ : - between them.",
        ) from None
    return token


def local_address(settings: Settings, service: str) -> str:
    """Return where a service of this home listens. Raises OperateError when it does not run."""
    running = read_state(Home(settings.home).state_file).members.get(service)
    if running is None or not running.alive:
        raise OperateError(
            f"No {service} runs in {settings.home}.", "Run `amends up`, or say where it is with --url."
        )
    return f"http://{LOCALHOST}:{running.port}"
