"""Answers that many routes have."""

from rest.openapi import TEXT, Schema, listed, obj, say


def message(text: str = "") -> Schema:
    """An answer with a message alone; `text` is the message if it is always the same."""
    return obj({"message": say(TEXT, "What was done, as a sentence.")} if not text else {"message": {"const": text}})


WORDS = listed({"type": ["integer", "number", "string", "boolean"]})


def ignored(*kinds: str) -> Schema:
    """What a request names that does not exist, by kind: tags, lists, companies, custom_values."""
    title = "Ignored" + "And".join(kind.title().replace("_", "") for kind in kinds)
    return say(
        obj(dict.fromkeys(kinds, WORDS), optional=kinds, title=title),
        "What was sent but does not exist. Missing if everything exists.",
    )
