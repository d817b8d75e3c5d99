"""The topics: who writes them, who hears them, how they are keyed and kept. One aggregate, one topic.

Partition counts never change: a topic that must grow becomes `.v2`. Auto-creation is off everywhere, so this
table is what the local stack and the deployment create.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTITIONS: Final = 12
MAX_BYTES: Final = 1_048_576
DEAD_LETTER_MAX_BYTES: Final = 2_097_152  # the original and where it came from
PUBLIC_RETENTION_DAYS: Final = 400
CONTACT_RETENTION_DAYS: Final = 7
DEAD_LETTER_RETENTION_DAYS: Final = 30

_MILLISECONDS_A_DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. `key` tells in words what a record's key is; `consumers` are services of ours that hear it.

    A private topic carries personal data in clear: only its producer and its consumers may read it.
    `stamped_on_arrival`: the broker writes each record's time. A foreign producer may send what is old, and by
    the producer's time the broker would delete that at its next look at the retention, read or not.
    """

    name: str
    key: str
    producer: str
    consumers: tuple[str, ...] = ()
    about: str = ""
    partitions: int = PARTITIONS
    retention_days: int = PUBLIC_RETENTION_DAYS
    max_bytes: int = MAX_BYTES
    private: bool = False
    stamped_on_arrival: bool = False

    @property
    def settings(self) -> dict[str, str]:
        """The topic's configuration as Kafka names and writes it."""
        return {
            "cleanup.policy": "delete",
            "max.message.bytes": str(self.max_bytes),
            "message.timestamp.type": "LogAppendTime" if self.stamped_on_arrival else "CreateTime",
            "retention.ms": str(self.retention_days * _MILLISECONDS_A_DAY),
        }


COMPLAINT: Final = Topic(
    name="amends.complaint.v1",
    key="complaint-<uuid>",
    producer="intake",
    consumers=("escalation", "compensation", "blacklist"),
    about="The life of a complaint, from registered to closed.",
)
ESCALATION: Final = Topic(
    name="amends.escalation.v1",
    key="escalation-<uuid>",
    producer="escalation",
    consumers=("intake", "compensation", "blacklist"),
    about="Where a complaint should go and what happens above the front line.",
)
GROUP: Final = Topic(
    name="amends.group.v1",
    key="group-<uuid>",
    producer="escalation",
    about="Complaints that share one cause, growing from initiator to collective.",
)
NEGOTIATION: Final = Topic(
    name="amends.negotiation.v1",
    key="negotiation-<uuid>",
    producer="compensation",
    consumers=("intake", "escalation", "blacklist"),
    about="What is asked, offered, agreed, signed and paid, round by round.",
)
FLAG: Final = Topic(
    name="amends.flag.v1",
    key="flag-<person uuid>",
    producer="blacklist",
    consumers=("intake", "escalation"),
    about="Flags of persons, with reasons, expiry and appeal, and the complaints they touch.",
)
CONTACT: Final = Topic(
    name="amends.contact.v1",
    key="<source>/<channel>/<reference>",
    producer="platform",
    consumers=("intake",),
    about="The inbound door: the call-centre platform reports a complaint, in clear.",
    retention_days=CONTACT_RETENTION_DAYS,
    private=True,
    stamped_on_arrival=True,
)

TOPICS: Final = (COMPLAINT, ESCALATION, GROUP, NEGOTIATION, FLAG, CONTACT)


def dead_letter_topic(topic: Topic, group: str) -> Topic:
    """Return the topic of the dead letters of a topic in one consumer group; whatever it holds is sealed."""
    return Topic(
        name=f"{topic.name}.{group}.dlq",
        key=topic.key,
        producer=group,
        about=f"What {group} could not read from {topic.name}, sealed.",
        partitions=1,
        retention_days=DEAD_LETTER_RETENTION_DAYS,
        max_bytes=DEAD_LETTER_MAX_BYTES,
        private=True,
    )


def all_topics() -> tuple[Topic, ...]:
    """Return every topic to create: the table, then one dead-letter topic for each consumer in it."""
    dead = [dead_letter_topic(topic, group) for topic in TOPICS for group in topic.consumers]
    return (*TOPICS, *dead)


def prefixed(name: str, prefix: str) -> str:
    """Return a topic's name behind a prefix, so that tests share a broker; no prefix leaves it as it is."""
    return f"{prefix}.{name}" if prefix else name
