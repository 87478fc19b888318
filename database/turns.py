"""One transaction after the other, where a look comes before a write and no constraint can stand for the rule."""

from hashlib import blake2b

from database.sql import execute, is_postgresql


def number_of(name: str) -> int:
    """The number of PostgreSQL's lock for a name: two names with one number would only wait for each other."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def wait_for_turn(name: str) -> None:
    """Wait until no other transaction has taken this turn; it ends with the transaction. On SQLite there is one at a time."""
    if is_postgresql():
        execute("SELECT pg_advisory_xact_lock(%s)", number_of(name))
