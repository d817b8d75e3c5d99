"""How a service reads its policy data: TOML tables that name file and key of whatever is wrong in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any, TypeVar

from shared_kernel.money import Money, MoneyError, money
from shared_kernel.roles import LADDER

T = TypeVar("T")


class PolicyFileError(ValueError):
    """A policy file that says too little or too much; names file and key."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key} {why}")
        self.file = file
        self.key = key


def policy_table(service: str, file: str) -> dict[str, Any]:
    """Return the table of `policies/<file>` of a service, by its package's name (`services.intake`)."""
    return tomllib.loads(files(service).joinpath("policies", file).read_text(encoding="utf-8"))


class Section:
    """A TOML table that says where it stands. Whatever reads a value raises PolicyFileError naming file and key."""

    def __init__(self, file: str, table: Mapping[str, Any], path: str = "") -> None:
        self.file, self.path, self._table = file, path, table

    def get(self, key: str, kind: type[T]) -> T:
        """Return a value of this kind."""
        value = self._table.get(key)
        # To Python a truth value is a number; to a policy it is not.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(key, f"must be a {kind.__name__}")
        return value

    def has(self, key: str) -> bool:
        """Say whether the key is there."""
        return key in self._table

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that are there."""
        return tuple(self._table)

    def require_only(self, *keys: str) -> None:
        """Raise PolicyFileError for a key beside these: a misspelt one would be passed over."""
        for key in self._table.keys() - set(keys):
            raise self.error(key, f"must not be there, only {' and '.join(keys)}")

    def text(self, key: str) -> str:
        """Return a text that says something."""
        value = self.get(key, str)
        if not value:
            raise self.error(key, "must not be empty")
        return value

    def count(self, key: str) -> int:
        """Return a whole number from 1 on."""
        value = self.get(key, int)
        if value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def percent(self, key: str) -> int:
        """Return a whole number from 1 to 100."""
        value = self.count(key)
        if value > 100:  # noqa: PLR2004 - a hundred in a hundred
            raise self.error(key, "must be at most 100")
        return value

    def days(self, key: str) -> timedelta:
        """Return a span of whole days."""
        return timedelta(days=self.count(key))

    def hours(self, key: str) -> timedelta:
        """Return a span of whole hours."""
        return timedelta(hours=self.count(key))

    def level(self, key: str) -> str:
        """Return a rung of the ladder."""
        value = self.get(key, str)
        if value not in LADDER:
            raise self.error(key, f"must be one of {', '.join(LADDER)}")
        return value

    def factor(self, key: str) -> Decimal:
        """Return an exact number from 1 on."""
        try:
            value = Decimal(self.get(key, str))
        except InvalidOperation:
            raise self.error(key, "must be a decimal written as a text") from None
        if not value.is_finite() or value < 1:
            raise self.error(key, "must be at least 1")
        return value

    def sum(self, key: str, currency: str) -> Money:
        """Return exact money."""
        try:
            return money(self.get(key, str), currency)
        except MoneyError as error:
            raise self.error(key, f"must be exact money: {error.rule}") from None

    def codes(self, key: str) -> frozenset[str]:
        """Return a list of codes, one at least."""
        values = self.get(key, list)
        if not values or not all(isinstance(value, str) and value for value in values):
            raise self.error(key, "must be a list of codes")
        return frozenset(values)

    def pattern(self, key: str) -> re.Pattern[str]:
        """Return a regular expression."""
        return self._compiled(key, self.get(key, str))

    def patterns(self, key: str) -> Sequence[re.Pattern[str]]:
        """Return a list of regular expressions."""
        return [self._compiled(key, each) for each in self.get(key, list)]

    def inner(self, key: str) -> Section:
        """Return the table under a key."""
        return Section(self.file, self.get(key, dict), self._at(key))

    def each(self, key: str) -> Sequence[Section]:
        """Return the tables of a list under a key."""
        listed = self.get(key, list)
        if not all(isinstance(table, dict) for table in listed):
            raise self.error(key, "must be a list of tables")
        return [Section(self.file, table, self._at(key)) for table in listed]

    def error(self, key: str, why: str) -> PolicyFileError:
        """Return the error to raise for what is wrong under a key."""
        return PolicyFileError(self.file, self._at(key), why)

    def _compiled(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except (re.error, TypeError):
            raise self.error(key, "must be a regular expression") from None

    def _at(self, key: str) -> str:
        return ".".join(filter(None, (self.path, key)))
