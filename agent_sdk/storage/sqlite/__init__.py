"""The embedded store: one SQLite file, any number of readers, one writer per process."""

from agent_sdk.storage.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
