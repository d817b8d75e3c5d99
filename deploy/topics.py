"""Print the commands that create every topic and grant every right, from the table in `contracts/topics.py`.

For the tools that come with Apache Kafka: `python -m deploy.topics | sh`, with BOOTSTRAP set to the brokers and, where
they ask for TLS and a login, COMMAND_CONFIG to a properties file that says how.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from shlex import quote

from contracts.topics import Topic, all_topics

REPLICATION = 3
IN_SYNC_MIN = 2
_BROKERS = '--bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"}'


def commands(replication: int = REPLICATION, in_sync_min: int = IN_SYNC_MIN) -> Iterator[str]:
    """Yield one shell command for each topic and each right; repeating them changes nothing."""
    for topic in all_topics():
        yield _creation(topic, replication, in_sync_min)
        yield _right(topic.producer, "Write", "--topic", topic.name)
        if not topic.private:
            # Before it publishes, a service looks at its topic's last records: is it ahead of a restored log?
            yield _right(topic.producer, "Read", "--topic", topic.name)
        for consumer in topic.consumers:
            yield _right(consumer, "Read", "--topic", topic.name)
            yield _right(consumer, "Read", "--group", consumer)


def _creation(topic: Topic, replication: int, in_sync_min: int) -> str:
    settings = {**topic.settings, "min.insync.replicas": str(in_sync_min)}
    options = " ".join(f"--config {quote(f'{name}={value}')}" for name, value in settings.items())
    return (
        f"kafka-topics.sh {_BROKERS} --create --if-not-exists --topic {quote(topic.name)}"
        f" --partitions {topic.partitions} --replication-factor {replication} {options}"
    )


def _right(principal: str, operation: str, kind: str, name: str) -> str:
    return (
        f"kafka-acls.sh {_BROKERS} --add --force --allow-principal User:{principal}"
        f" --operation {operation} --operation Describe {kind} {quote(name)}"
    )


if __name__ == "__main__":
    single = "--one-node" in sys.argv
    sys.stdout.writelines(f"{line}\n" for line in (commands(1, 1) if single else commands()))
