"""What a stack remembers between two commands: processes and ports, in `stack.json`."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from operate.stack.child import Child, is_alive


class Running(BaseModel):
    """One started process and the ports it was given. The ports are tried again at the next start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    child: Child | None
    port: int
    inner_port: int | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs now."""
        return self.child is not None and is_alive(self.child)


class StackState(BaseModel):
    """Everything a stack started, by name (`kafka`, `postgres`, `intake` …)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: dict[str, Running] = {}

    def with_member(self, name: str, running: Running) -> StackState:
        """Return the state with one member noted."""
        return StackState(members={**self.members, name: running})


def read_state(path: Path) -> StackState:
    """Read the file; a missing or torn one is an empty stack (leftover processes are found by their folder)."""
    try:
        return StackState.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return StackState()


def write_state(path: Path, state: StackState) -> None:
    """Replace the file in one step."""
    draft = path.with_suffix(".new")
    draft.write_text(state.model_dump_json(indent=2), encoding="utf-8")
    draft.replace(path)
