"""What an operator is told when something fails: what happened, and what to do about it."""

from __future__ import annotations


class OperateError(Exception):
    """A failure the operator can do something about; the command line prints both sentences and exits 1."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"
