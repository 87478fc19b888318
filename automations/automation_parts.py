"""The triggers and blocks of this server; importing registers them (automations.registry)."""

from automations.parts import conditionals, contacts, happenings, mails, posts, segments, waits, within

__all__ = [
    "conditionals",
    "contacts",
    "happenings",
    "mails",
    "posts",
    "segments",
    "waits",
    "within",
]
