"""The folder of one local stack: where each thing it runs keeps its files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from operate.errors import OperateError


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one folder, `.amends` of the checkout unless told otherwise."""

    path: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.path / "postgres"

    @property
    def sockets(self) -> Path:
        """PostgreSQL's Unix socket; only the stack's own user may enter."""
        return self.path / "run"

    @property
    def kafka(self) -> Path:
        """Kafka's configuration and logs."""
        return self.path / "kafka"

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return self.path / "logs"

    @property
    def secrets(self) -> Path:
        """Development keys and passwords, readable by the owner only."""
        return self.path / "secrets"

    @property
    def state_file(self) -> Path:
        """Which processes run, on which ports."""
        return self.path / "stack.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one command that starts or stops."""
        return self.path / "stack.lock"

    def create(self) -> None:
        """Make the folders that are not there yet. Raises OperateError where that is not possible.

        Root's own stack is open for passing through, because PostgreSQL then runs as another user.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self.kafka, self.secrets):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise OperateError(
                f"The folder {self.path} cannot be used: {error.strerror}.",
                "Set AMENDS_HOME to a folder you may write to.",
            ) from error
