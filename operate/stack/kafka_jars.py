"""Apache Kafka's jars: fetched by their Maven coordinates, accepted only with the hash in `kafka.lock`."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from operate.errors import OperateError
from operate.stack.progress import Watcher

LOCK_FILE = Path(__file__).with_name("kafka.lock")
_AT_ONCE = 6
_SILENCE_SECONDS = 30
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock: what it is, how long it is, and the hash of its bytes."""

    coordinate: str
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """The name in the cache folder."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def locked_jars(lock: Path = LOCK_FILE) -> list[Jar]:
    """Read the lock: `group:artifact:version size sha256` a line, `#` begins a comment."""
    lines = (line.split("#")[0].split() for line in lock.read_text(encoding="utf-8").splitlines())
    return [Jar(coordinate, int(size), sha256) for coordinate, size, sha256 in filter(None, lines)]


def version(lock: Path = LOCK_FILE) -> str:
    """Return the locked version of Apache Kafka."""
    ours = (jar.coordinate for jar in locked_jars(lock) if jar.coordinate.startswith("org.apache.kafka:"))
    return next(ours).split(":")[2]


def fetch_jars(cache: Path, watcher: Watcher, lock: Path = LOCK_FILE) -> list[Path]:
    """Return the paths of all jars in `cache`, each with the right hash; download what is missing.

    Raises OperateError when a download fails or brings other bytes than the lock names.
    """
    folder = cache / f"kafka-{version(lock)}"
    jars = locked_jars(lock)
    missing = [jar for jar in jars if not _is_right(folder / jar.file_name, jar)]
    if missing:
        _download(missing, folder, watcher)
    return [folder / jar.file_name for jar in jars]


def _is_right(path: Path, jar: Jar) -> bool:
    if not path.is_file() or path.stat().st_size != jar.size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == jar.sha256


def _download(missing: list[Jar], folder: Path, watcher: Watcher) -> None:
    total = sum(jar.size for jar in missing)
    watcher.step(f"Downloading Apache Kafka ({total / _MEGABYTE:.1f} MB, once)")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".download-", dir=folder))
        try:
            _fetch_all(missing, folder, draft, _Counted(watcher, total))
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        raise OperateError(
            f"Apache Kafka could not be downloaded: {_first_line(error)}",
            f"The first start needs the network (Maven Central) and {total / _MEGABYTE:.1f} MB in {folder}. Try again, "
            f"copy that folder from another machine, or set AMENDS_KAFKA to a broker of yours.",
        ) from error


def _fetch_all(missing: list[Jar], folder: Path, draft: Path, counted: _Counted) -> None:
    # Half a second of imports that a start with a full cache does without.
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    resolver = PythonResolver(progress_callback=counted.file)
    context = MavenContext(repo_cache=draft, resolver=resolver, timeout=_SILENCE_SECONDS)

    def fetch(jar: Jar) -> None:
        came = context.create_dependency(jar.coordinate).artifact.resolve()
        if not _is_right(came, jar):
            raise RuntimeError(f"{jar.coordinate} came with other bytes than the lock names")
        came.replace(folder / jar.file_name)

    with ThreadPoolExecutor(_AT_ONCE) as workers:
        for _ in workers.map(fetch, missing):
            pass


class _Counted:
    """Adds up what several downloads report at once."""

    def __init__(self, watcher: Watcher, total: int) -> None:
        self._watcher = watcher
        self._total = total
        self._done = 0
        self._lock = Lock()

    def file(self, _name: str, _size: int) -> AbstractContextManager[Callable[[int], None]]:
        """Be told of one file, in the shape jgo asks for."""

        @contextmanager
        def counting() -> Iterator[Callable[[int], None]]:
            yield self._add

        return counting()

    def _add(self, count: int) -> None:
        with self._lock:
            self._done += count
            self._watcher.downloaded(self._done, self._total)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:300]
