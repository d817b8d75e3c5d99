"""Stop the local stack; its data stays, no process does."""

from __future__ import annotations

from operate.demo.ground import folder_of
from operate.settings import read_settings
from operate.stack.progress import watching
from operate.stack.whole import stop_all
from operate.terminal import ERR, OUT, command_app

app = command_app()


@app.command()
def down() -> None:
    """Stop the local stack; its data stays, no process does."""
    settings = read_settings()
    with watching(ERR) as watcher:
        # A demo that was kept has its services in a home of their own.
        stop_all(folder_of(settings), watcher)
        stop_all(settings.home, watcher)
    OUT.print(
        f"Down. The data stays in {settings.home}; removing that folder forgets everything.",
        highlight=False,
        soft_wrap=True,
    )
