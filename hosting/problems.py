"""Problem documents (RFC 9457): what was refused, by which rule, where, and what to do about it, in zh or en.

Input values never enter a document: a detail speaks of names, rules and limits only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

from starlette.responses import JSONResponse

from contracts.findings import RULES_FILE

Language: TypeAlias = Literal["zh", "en"]

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:amends:problem:"
REFUSED_STATUS: Final = 409  # a rule of the domain says no: the request is fine, the state is not
_WORDING_MEMBERS: Final = {"title_en", "title_zh", "remedy_en", "remedy_zh"}
# Where to look when no single member is wrong: the body as a whole, or who is asking.
_WHOLE: Final = {400: "body", 403: "header:authorization", 408: "body", 413: "body", 422: "body"}
_LANGUAGES_READ: Final = 16  # ranges of an Accept-Language header that are looked at


class TextsBroken(Exception):  # noqa: N818 - names the condition
    """A texts file lacks a member or says a rule twice: the service must not start with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How one rule is told: title and remedy in both languages, and the HTTP status if not the usual one."""

    title_en: str
    title_zh: str
    remedy_en: str
    remedy_zh: str
    status: int | None = None

    def title(self, language: Language) -> str:
        """Return the title in the language asked for."""
        return self.title_zh if language == "zh" else self.title_en

    def remedy(self, language: Language) -> str:
        """Return what to do about it in the language asked for."""
        return self.remedy_zh if language == "zh" else self.remedy_en


class RefusalTexts:
    """The wording of every rule a service can refuse by: the door's own and the domain's."""

    def __init__(self, wordings: Mapping[str, Wording]) -> None:
        self._wordings = dict(wordings)

    @classmethod
    def from_toml(cls, *sources: bytes) -> RefusalTexts:
        """Return the door's own texts joined with a service's (`policies/refusals.toml`).

        Raises TextsBroken when a member is missing or a rule is worded twice.
        """
        wordings: dict[str, Wording] = {}
        doors = (RULES_FILE.read_bytes(), (files("hosting") / "problems.toml").read_bytes())
        for source in (*doors, *sources):
            for rule, table in tomllib.loads(source.decode()).items():
                if rule in wordings:
                    raise TextsBroken(f"the rule {rule} is worded twice")
                wordings[rule] = _wording_from(rule, table)
        return cls(wordings)

    def __contains__(self, rule: object) -> bool:
        return rule in self._wordings

    def wording(self, rule: str) -> Wording:
        """Return the rule's wording; a rule without one is told by its name, so no answer fails for a text."""
        known = self._wordings.get(rule)
        if known is not None:
            return known
        spoken = rule.replace("_", " ").capitalize()
        return Wording(title_en=spoken, title_zh=spoken, remedy_en="", remedy_zh="")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request. `at` is a JSON pointer into the body or `body`, `query:…`, `header:…`, `path:…`."""

    rule: str
    detail: str = ""
    at: str | None = None


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A refusal at the door. `detail` is one English clause without input values; the texts hold the rest.

    `field` points at what is wrong as `Fault.at` does; `errors` names several faults at once.
    """

    def __init__(
        self,
        status: int,
        rule: str,
        detail: str = "",
        *,
        field: str | None = None,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.status = status
        self.rule = rule
        self.detail = detail
        self.field = field
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def document(
    problem: Problem, texts: RefusalTexts, language: Language, *, instance: str = ""
) -> dict[str, Any]:
    """Return the problem's members in the language asked for; empty ones are left out."""
    wording = texts.wording(problem.rule)
    title = wording.title(language)
    members = {
        "type": TYPE_PREFIX + problem.rule,
        "title": title,
        "status": problem.status,
        "detail": problem.detail or title,
        "instance": instance,
        "field": problem.field or _WHOLE.get(problem.status),
        "rule": problem.rule,
        "remedy": wording.remedy(language),
        "errors": [_error_member(fault, texts, language) for fault in problem.errors],
    }
    return {name: value for name, value in members.items() if value not in ("", None, [])}


def problem_response(
    problem: Problem, texts: RefusalTexts, *, accept_language: str, instance: str
) -> JSONResponse:
    """Return the HTTP answer that carries the problem document."""
    language = preferred_language(accept_language)
    headers = {"content-language": language, "cache-control": "no-store", **problem.headers}
    return JSONResponse(
        document(problem, texts, language, instance=instance),
        status_code=problem.status,
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def preferred_language(accept_language: str) -> Language:
    """Return zh or en, whichever an Accept-Language header (RFC 9110 12.5.4) puts first; en by default."""
    best: Language = "en"
    best_quality = 0.0
    for entry in accept_language.split(",")[:_LANGUAGES_READ]:
        span, _, weight = entry.partition(";")
        quality = _quality(weight)
        spoken = _spoken(span.strip().lower())
        if spoken is not None and quality > best_quality:
            best, best_quality = spoken, quality
    return best


def _spoken(span: str) -> Language | None:
    primary = span.partition("-")[0]
    if primary == "zh":
        return "zh"
    return "en" if primary in {"en", "*"} else None


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _error_member(fault: Fault, texts: RefusalTexts, language: Language) -> dict[str, str]:
    wording = texts.wording(fault.rule)
    members = {
        "field": fault.at,
        "rule": fault.rule,
        "detail": fault.detail or wording.title(language),
        "remedy": wording.remedy(language),
    }
    return {name: value for name, value in members.items() if value}


def _wording_from(rule: str, table: Mapping[str, Any]) -> Wording:
    missing = sorted(_WORDING_MEMBERS - table.keys())
    unknown = sorted(table.keys() - _WORDING_MEMBERS - {"status"})
    if missing or unknown:
        raise TextsBroken(f"the rule {rule}: missing {missing}, unknown {unknown}")
    return Wording(**table)
