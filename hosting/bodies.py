"""Request bodies: a limit on their size, one media type (or any, on the routes said), strict reading into a model.

The limit is pure ASGI and collects the body before the application runs, so an oversized or dribbling body
never reaches a handler and nothing is done in part.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hosting.faults import body_problem
from hosting.problems import Problem

T = TypeVar("T")

MAX_BODY_BYTES: Final = 262_144  # architecture.md 4
BODY_SECONDS_MAX: Final = 20.0
_BOM: Final = b"\xef\xbb\xbf"
_JSON: Final = "application/json"
# RFC 6838 4.2, without parameters: what a file is kept under.
_MEDIA_TYPE: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,62}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,62}"
)
_BODY_HEADERS: Final = frozenset(
    {b"content-length", b"transfer-encoding", b"content-type", b"content-encoding"}
)


class ClientGone(Exception):  # noqa: N818 - names the condition
    """The caller hung up before the request was complete: nobody is left to answer."""


class BodyLimit:
    """ASGI middleware: bodies are JSON in UTF-8, at most `max_bytes` long and here within `seconds_max`.

    On the paths of `files` (written as routes are) a body is a file of whatever media type the caller names.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int = MAX_BODY_BYTES,
        seconds_max: float = BODY_SECONDS_MAX,
        *,
        files: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._seconds_max = seconds_max
        self._files = [_path_pattern(path) for path in files]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests without a body on; check and collect the others first. Raises Problem or ClientGone."""
        if scope["type"] != "http" or not (declared := _declared_body(scope)):
            await self._app(scope, receive, send)
            return
        if declared.length is not None and declared.length > self._max_bytes:
            raise self._too_large()
        path: str = scope.get("path", "")
        if any(pattern.fullmatch(path) for pattern in self._files):
            _refuse_no_media_type(declared)
        else:
            _refuse_media_type(declared)
        try:
            async with asyncio.timeout(self._seconds_max):
                body = await self._collected(receive)
        except TimeoutError:
            raise Problem(408, "body_slow", headers={"connection": "close"}) from None
        await self._app(scope, _replaying(body, receive), send)

    async def _collected(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_bytes:
                raise self._too_large()
            chunks.append(chunk)
            more = message.get("more_body", False)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _too_large(self) -> Problem:
        return Problem(413, "body_too_large", f"{self._max_bytes} bytes are allowed")


@dataclass(frozen=True, slots=True)
class BodyReader:
    """How bytes become plain values here; the composition root brings the contracts' strict reader.

    `parse` raises `refusal` (an exception with `rule` and `detail`) for what is no acceptable JSON.
    """

    parse: Callable[[bytes], Any]
    refusal: type[Exception]

    def read(self, body: bytes) -> Any:
        """Return the plain value. Raises Problem."""
        if not body:
            raise Problem(400, "body_missing")
        try:
            return self.parse(body)
        except self.refusal as refused:
            rule = getattr(refused, "rule", "not_json")
            raise Problem(
                413 if rule == "body_too_large" else 400, rule, getattr(refused, "detail", "")
            ) from None


async def json_body(request: Request) -> Any:
    """FastAPI dependency: the body as a plain value, read strictly. Raises Problem."""
    return _reader(request).read(await request.body())


def body_as(model: type[T]) -> Callable[[Request], Awaitable[T]]:
    """Return a FastAPI dependency that reads the body into `model` without converting between JSON types.

    A number sent as a text stays a text and is refused. Raises Problem, naming each wrong field.
    """
    adapter = TypeAdapter(model)

    async def read(request: Request) -> T:
        body = await request.body()
        _reader(request).read(body)
        try:
            return adapter.validate_json(body.removeprefix(_BOM), strict=True)
        except ValidationError as error:
            raise body_problem(error.errors(include_url=False, include_input=False)) from None

    return read


def _reader(request: Request) -> BodyReader:
    reader: BodyReader = request.app.state.bodies
    return reader


@dataclass(frozen=True, slots=True)
class _Declared:
    length: int | None
    media_type: str
    encoding: str


def _declared_body(scope: Scope) -> _Declared | None:
    """Return what the headers say of the body, or None when there is none (RFC 9112 6)."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    found = {name: value for name, value in headers if name in _BODY_HEADERS}
    length = found.get(b"content-length")
    if length in (None, b"0") and b"transfer-encoding" not in found:
        return None
    return _Declared(
        length=int(length) if length is not None and length.isdigit() else None,
        media_type=found.get(b"content-type", b"").decode("latin-1"),
        encoding=found.get(b"content-encoding", b"identity").decode("latin-1"),
    )


def _path_pattern(route: str) -> re.Pattern[str]:
    """Return what the paths of a route look like: `/v1/things/{thing}/files`."""
    return re.compile("/".join("[^/]+" if part[:1] == "{" else re.escape(part) for part in route.split("/")))


def _refuse_no_media_type(declared: _Declared) -> None:
    if not _MEDIA_TYPE.fullmatch(declared.media_type.partition(";")[0].strip()):
        raise Problem(415, "media_type_missing", "type/subtype is expected", field="header:content-type")
    _refuse_encoding(declared)


def _refuse_encoding(declared: _Declared) -> None:
    if declared.encoding.strip().lower() != "identity":
        raise Problem(
            415, "media_type_unsupported", "no encoding is expected", field="header:content-encoding"
        )


def _refuse_media_type(declared: _Declared) -> None:
    essence, *parameters = (part.strip().lower() for part in declared.media_type.split(";"))
    if essence != _JSON:
        raise Problem(415, "media_type_unsupported", f"{_JSON} is expected", field="header:content-type")
    _refuse_encoding(declared)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in {"utf-8", "utf8"}:
            raise Problem(415, "charset_unsupported", "utf-8 is expected", field="header:content-type")


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the collected body once and then what still comes (a disconnect)."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
