"""Print a development token for the local stack: who you are, in which role, at which desk."""

from __future__ import annotations

from typing import Annotated

import typer

from operate.development import development_token
from operate.errors import OperateError
from operate.settings import read_settings
from operate.terminal import command_app
from shared_kernel.roles import CUSTOMER, LADDER, OPERATOR, PLATFORM, REVIEWER

ROLES = (*LADDER, REVIEWER, OPERATOR, PLATFORM, CUSTOMER)
_HOURS, _HOURS_MAX = 12, 24 * 7

app = command_app()


@app.command()
def token(
    *,
    role: Annotated[list[str], typer.Option("--role", help=f"One of {', '.join(ROLES)}; may be repeated.")],
    actor: Annotated[
        str, typer.Option("--actor", help="A pseudonym like a-017; a customer's is the person's id.")
    ],
    desk: Annotated[str | None, typer.Option("--desk", help="Like front, care or urgent.")] = None,
    hours: Annotated[int, typer.Option("--hours", min=1, max=_HOURS_MAX)] = _HOURS,
) -> None:
    """Print a development token for the local stack, and nothing else.

    curl -H "Authorization: Bearer $(amends token --role agent --desk front --actor a-017)" …
    """
    unknown = [each for each in role if each not in ROLES]
    if unknown:
        raise OperateError(f"There is no role {unknown[0]}.", f"Take one of {', '.join(ROLES)}.")
    typer.echo(development_token(read_settings(), actor=actor, roles=role, desk=desk, seconds=hours * 3600))
