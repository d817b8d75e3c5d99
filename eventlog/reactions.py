"""Reactions: an own event leads to a follow-up command, exactly once in effect."""

from __future__ import annotations

from dataclasses import dataclass

from eventlog.message import Command


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A command that an event calls for.

    `name` tells the follow-ups of one event apart: with the event's id it gives the command id, so running
    the reaction again changes nothing.
    """

    name: str
    stream: str
    command: Command
