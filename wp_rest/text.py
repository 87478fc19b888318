"""Plain text out of whatever a client sends (contract.md, 'A contact')."""

import re

# Longer raw input is refused before the patterns below run: they are quadratic on hostile text.
MAX_RAW_LENGTH = 16_384
SCRIPTS = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
# A lone < or > is text ("a < b", "<3"): a tag starts with a letter, /, ! or ?.
TAGS = re.compile(r"<[a-zA-Z/!?][^<>]*>")
SPACES = re.compile(r"[\r\n\t ]+")
# PostgreSQL stores no NUL; the other control characters are never meant.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def strip_tags(text: str) -> str:
    """Drop tags, and scripts and styles with their text, until nothing of them is left."""
    while "<" in text:
        stripped = TAGS.sub("", SCRIPTS.sub("", text))
        if stripped == text:
            break
        text = stripped
    return text


def strip_controls(text: str) -> str:
    """Text of several lines without control characters; markup in it is data."""
    return CONTROLS.sub("", text)


def plain_line(text: str) -> str:
    """One line of plain text: no tags, white space runs as one space, ends trimmed; entities stay."""
    # Control characters first: one inside of a tag would hide it.
    return SPACES.sub(" ", strip_tags(CONTROLS.sub("", text))).strip()
