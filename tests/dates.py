"""Finds dates on pages that are not written as the admin writes them: 28 Nov 2026, 21:06."""

import re
from html.parser import HTMLParser

MONTHS = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*"
OTHER = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d\S*)?|\b\d\d?/\d\d?/\d{{2,4}}\b|\b{MONTHS}\.? \d{{1,2}}\b(?:, \d{{4}})?(?:, \S+)?|\b[ap]\.m\."
)
# What a field says of how a date is typed.
EXAMPLE = re.compile(r"(?:Such as|For example) \d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?")
# What is no word of the admin's own: code, texts that staff write, choices and payloads.
UNREAD = ("script", "style", "textarea", "pre", "code")


class Words(HTMLParser):
    """The texts of a page, without what is in attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unread += tag in UNREAD

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in UNREAD

    def handle_data(self, text: str) -> None:
        if not self.unread:
            self.found.append(text)


def other_dates(text: str) -> list[str]:
    """The dates of another shape in a text."""
    return OTHER.findall(EXAMPLE.sub("", text))


def words_of(page: str) -> str:
    """The texts of an HTML page."""
    words = Words()
    words.feed(page)
    return " ".join(" ".join(words.found).split())
