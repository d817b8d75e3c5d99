"""The table of topics as contracts.md promises it."""

from __future__ import annotations

import re

from contracts.topics import COMPLAINT, CONTACT, TOPICS, all_topics, dead_letter_topic, prefixed


def test_names_are_lower_case_dotted_and_end_in_the_version() -> None:
    assert all(re.fullmatch(r"amends\.[a-z]+\.v[0-9]+", topic.name) for topic in TOPICS)


def test_only_the_door_is_private_and_kept_for_a_week() -> None:
    assert [topic for topic in TOPICS if topic.private] == [CONTACT]
    assert CONTACT.settings["retention.ms"] == str(7 * 24 * 3600 * 1000)


def test_public_topics_keep_400_days_and_records_of_one_mebibyte() -> None:
    assert COMPLAINT.partitions == 12
    assert COMPLAINT.settings == {
        "cleanup.policy": "delete",
        "max.message.bytes": "1048576",
        "message.timestamp.type": "CreateTime",
        "retention.ms": str(400 * 24 * 3600 * 1000),
    }


def test_what_comes_in_is_kept_from_its_arrival_on() -> None:
    assert CONTACT.settings["message.timestamp.type"] == "LogAppendTime"


def test_dead_letters_of_a_consumer_have_one_partition_and_room_for_the_original() -> None:
    dead = dead_letter_topic(COMPLAINT, "escalation")

    assert dead.name == "amends.complaint.v1.escalation.dlq"
    assert dead.partitions == 1
    assert dead.settings["max.message.bytes"] == "2097152"
    assert dead.private


def test_every_consumer_of_a_topic_has_its_dead_letter_topic() -> None:
    names = {topic.name for topic in all_topics()}

    assert len(names) == len(all_topics())
    assert all(f"{topic.name}.{group}.dlq" in names for topic in TOPICS for group in topic.consumers)


def test_tests_may_put_a_prefix_before_a_name() -> None:
    assert prefixed("amends.complaint.v1", "") == "amends.complaint.v1"
    assert prefixed("amends.complaint.v1", "t1") == "t1.amends.complaint.v1"
