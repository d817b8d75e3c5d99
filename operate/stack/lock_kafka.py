"""Writes `kafka.lock` anew: resolves Apache Kafka's dependencies, downloads them and notes their hashes.

`python -m operate.stack.lock_kafka`, by a maintainer who moves to another version; read the difference.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from jgo.maven import MavenContext

from operate.stack.kafka_jars import LOCK_FILE

ASKED = ("org.apache.kafka:kafka_2.13:4.3.0", "org.slf4j:slf4j-simple:1.7.36")
_HEAD = """\
# Apache Kafka for the local stack: coordinate, size in bytes, SHA-256. No addresses.
# Written by `python -m operate.stack.lock_kafka`.
"""


def locked_line(coordinate: str, content: bytes) -> str:
    """Return one line of the lock."""
    return f"{coordinate} {len(content)} {hashlib.sha256(content).hexdigest()}"


def main() -> None:
    """Resolve, download, write."""
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder))
        asked, needed = context.resolver.resolve([context.create_dependency(name) for name in ASKED])
        lines = []
        for dependency in (*asked, *needed):
            coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
            lines.append(locked_line(coordinate, dependency.artifact.resolve().read_bytes()))
    LOCK_FILE.write_text(_HEAD + "\n".join(sorted(lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
