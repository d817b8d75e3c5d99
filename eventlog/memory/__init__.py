"""The in-memory twin of the PostgreSQL store: the same promises, for unit tests. Never for production."""

from eventlog.memory.followers import MemoryFollowers
from eventlog.memory.inbox import MemoryInbox
from eventlog.memory.log import MemoryLog
from eventlog.store import Storage


def memory_storage() -> Storage:
    """Return the three faces of a fresh store in memory."""
    inbox = MemoryInbox()
    return Storage(MemoryLog(inbox), inbox, MemoryFollowers())


__all__ = ["MemoryFollowers", "MemoryInbox", "MemoryLog", "memory_storage"]
