"""Print the commands that create every topic and grant every right, from the table in `contracts/topics.py`.

For the tools that come with Apache Kafka: `python -m deploy.topics | sh -e`, with BOOTSTRAP exported as the brokers
and, where they ask for TLS and a login, COMMAND_CONFIG as a properties file that says how.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from shlex import quote

from contracts.topics import Topic, all_topics

REPLICATION = 3
IN_SYNC_MIN = 2
_BROKERS = '--bootstrap-server "$BOOTSTRAP" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"}'


def commands(replication: int = REPLICATION, in_sync_min: int = IN_SYNC_MIN) -> Iterator[str]:
    """Yield the shell commands for each topic and each right; repeating them changes nothing."""
    for topic in all_topics():
        settings = {**topic.settings, "min.insync.replicas": str(in_sync_min)}
        yield _creation(topic, settings, replication)
        # A topic that is there already keeps what it was made with.
        yield _alteration(topic, settings)
        yield _right(topic.producer, "Write", "--topic", topic.name)
        if not topic.private:
            # Before it publishes, a service looks at its topic's last records: is it ahead of a restored log?
            yield _right(topic.producer, "Read", "--topic", topic.name)
        for consumer in topic.consumers:
            yield _right(consumer, "Read", "--topic", topic.name)
            yield _right(consumer, "Read", "--group", consumer)


def _creation(topic: Topic, settings: Mapping[str, str], replication: int) -> str:
    options = " ".join(f"--config {quote(f'{name}={value}')}" for name, value in settings.items())
    return (
        f"kafka-topics.sh {_BROKERS} --create --if-not-exists --topic {quote(topic.name)}"
        f" --partitions {topic.partitions} --replication-factor {replication} {options}"
    )


def _alteration(topic: Topic, settings: Mapping[str, str]) -> str:
    options = ",".join(f"{name}={value}" for name, value in settings.items())
    return (
        f"kafka-configs.sh {_BROKERS} --alter --entity-type topics --entity-name {quote(topic.name)}"
        f" --add-config {quote(options)}"
    )


def _right(principal: str, operation: str, kind: str, name: str) -> str:
    return (
        f"kafka-acls.sh {_BROKERS} --add --force --allow-principal User:{principal}"
        f" --operation {operation} --operation Describe {kind} {quote(name)}"
    )


if __name__ == "__main__":
    single = "--one-node" in sys.argv
    sys.stdout.writelines(f"{line}\n" for line in (commands(1, 1) if single else commands()))
