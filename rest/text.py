"""Plain text from what a client sends (contract.md, 'A contact'), in the normal form NFC."""

import re

from database.letters import composed

# No line of text is longer, markup included.
MAX_RAW_LENGTH = 16_384
BRACKETS = re.compile(r"([<>])")
# A lone < or > is text ("a < b", "<3"): a tag starts with a letter, /, ! or ?.
TAG_START = re.compile(r"[a-zA-Z/!?]")
TAGS = re.compile(r"<[a-zA-Z/!?][^<>]*>")
SCRIPT_OR_STYLE = re.compile(r"(/?)(script|style)\b", re.IGNORECASE)
SPACES = re.compile(r"[\r\n\t ]+")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#@:\\]", re.IGNORECASE)
# PostgreSQL cannot store NUL; other control characters are mistakes.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def strip_tags(text: str) -> str:
    """Remove tags, and scripts and styles with their text.

    The result has no tag either, even where removing one makes another: `<<b>script>`. One pass in linear
    time, whatever the text is.
    """
    if "<" not in text:
        return text
    kept: list[str] = []
    brackets: list[int] = []  # where in `kept` the brackets are
    opened: dict[str, int] = {}  # where the text of a script or style began
    for piece in BRACKETS.split(text):
        if piece == "<":
            brackets.append(len(kept))
        elif piece == ">":
            start = brackets[-1] if brackets else -1
            if start < 0 or kept[start] == ">" or start + 1 == len(kept) or not TAG_START.match(kept[start + 1]):
                brackets.append(len(kept))
            else:
                tag = "".join(kept[start + 1 :])
                drop(kept, brackets, opened, start)
                if named := SCRIPT_OR_STYLE.match(tag):
                    name = named[2].lower()
                    if not named[1]:
                        opened.setdefault(name, len(kept))
                    elif name in opened:
                        drop(kept, brackets, opened, opened.pop(name))
                continue
        if piece:
            kept.append(piece)
    return "".join(kept)


def drop(kept: list[str], brackets: list[int], opened: dict[str, int], start: int) -> None:
    """Remove what was kept from `start` on."""
    del kept[start:]
    while brackets and brackets[-1] >= start:
        brackets.pop()
    for name in [name for name, place in opened.items() if place > start]:
        opened[name] = start


def strip_controls(text: str) -> str:
    """Text of several lines without control characters; markup in it is data."""
    return composed(CONTROLS.sub("", text))


def plain_line(text: str) -> str:
    """One line of plain text: no tags, white space runs as one space, ends trimmed; entities stay."""
    # Control characters first: one inside of a tag would hide it.
    return composed(SPACES.sub(" ", strip_tags(CONTROLS.sub("", text))).strip())


def is_web_address(text: str) -> bool:
    """Whether it is an http or https address with a host, so that it is safe as a link or a picture."""
    return WEB_ADDRESS.match(text) is not None and len(text.split()) == 1


def plain_lines(text: str) -> str:
    """Plain text of several lines: no tags, ends trimmed; line breaks, tabs and entities stay."""
    return composed(strip_tags(CONTROLS.sub("", text)).strip())
