"""The application in front of a database, with people before it."""

from desk_fronts import any_front, clock, front, keys, settings, sqlite_database, timed_front

__all__ = ["any_front", "clock", "front", "keys", "settings", "sqlite_database", "timed_front"]
