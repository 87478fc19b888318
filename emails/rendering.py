"""A mailing read once, and its messages made of it: HTML with styles inlined, plain text, subject.

Everything that costs (parsing, styles, the text part) is done once a mailing, with placeholders where codes and
links are; a message only puts its own values between the pieces.
"""

import html
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self

import css_inline
import inscriptis
import lxml.html
from inscriptis.model.config import ParserConfig

from emails.codes import Code, Context, Piece, html_of, split_codes, value_of
from emails.design import RAW_DESIGNS, site_style
from emails.document import document_of
from emails.models import Mailing
from emails.references import Reference
from emails.settings import EmailSettings, read_settings
from emails.written_settings import choose, sender_of, subjects_of, utm_of, with_utm

# Nothing is fetched while a mail is made.
INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
TEXT = ParserConfig(display_links=True)
PIXEL = '<img src="{}" width="1" height="1" alt="" style="border: 0;">'
# The place of the tracking picture, beside those of codes and links.
PICTURE = "picture"
# Letters of a mail's subject: the most that one header line may have (RFC 5322).
MAX_SUBJECT = 900


class Named(Protocol):
    """A message as its subject is chosen by."""

    hash: str
    variant: int | None


@dataclass(frozen=True)
class Rendered:
    """A message as it leaves."""

    subject: str
    html: str
    text: str


class Compiled:
    """A mailing with the pieces of its messages."""

    def __init__(self, mailing: Mailing, site: EmailSettings, style: Mapping[str, Any]) -> None:
        self.sender = sender_of(mailing, site)
        self.utm = utm_of(mailing.settings)
        self.subject = split_codes(mailing.subject)
        self.tried = subjects_of(mailing)
        self.subjects = {subject.id: split_codes(subject.text) for subject in self.tried}
        # Letters and digits alone, which neither HTML nor CSS nor an address changes; and nobody's text.
        self.token = secrets.token_hex(8)
        self.codes: list[Code] = []
        self.references: list[Reference] = []
        # The frame has a place of its own for it.
        pre_header = self.with_places(mailing.pre_header) if mailing.design in RAW_DESIGNS else ""
        document = self.inlined(self.with_places(document_of(mailing, site, style)), pre_header)
        self.html_pieces = self.split(document)
        self.text_pieces = self.split(plain(document.replace(self.mark(PICTURE, 0), "")))

    @cached_property
    def counted(self) -> list[int]:
        """The numbers of the references whose clicks are counted."""
        return [number for number, reference in enumerate(self.references) if reference.is_counted]

    def urls(self, context: Context) -> dict[int, str]:
        """Where each counted link of a message leads, by the reference's number."""
        return {number: self.references[number].url(context) for number in self.counted}

    def variant_of(self, message: Named) -> int | None:
        """The id of the subject that a message has, or gets; None where there is one alone."""
        if message.variant in self.subjects:
            return message.variant
        return choose(self.tried, message.hash).id if self.tried else None

    def render(self, context: Context, clicks: Mapping[int, str], picture: str, variant: int | None = None) -> Rendered:
        """A message: `clicks` has the address in place of each counted link, `picture` that of the tracking picture.

        `variant` is the id of its subject where several are tried.
        """
        pieces = self.subject if variant is None else self.subjects[variant]
        subject = "".join(piece if isinstance(piece, str) else value_of(piece, context) for piece in pieces)
        return Rendered(
            one_line(subject)[:MAX_SUBJECT],
            self.html(context, clicks, picture),
            "".join(self.as_text(piece, context) for piece in self.text_pieces),
        )

    def html(self, context: Context, clicks: Mapping[int, str], picture: str) -> str:
        return "".join(self.as_html(piece, context, clicks, picture) for piece in self.html_pieces)

    def as_html(self, piece: str | tuple[str, int], context: Context, clicks: Mapping[int, str], picture: str) -> str:
        match piece:
            case str():
                return piece
            case ("code", number):
                code = self.codes[number]
                markup = html_of(code, context)
                return html.escape(value_of(code, context)) if markup is None else markup
            case ("link", number):
                return html.escape(clicks.get(number) or self.shown_url(number, context))
            case _:
                return PIXEL.format(html.escape(picture)) if picture else ""

    def as_text(self, piece: str | tuple[str, int], context: Context) -> str:
        match piece:
            case str():
                return piece
            case ("code", number):
                return self.code_as_text(self.codes[number], context)
            case ("link", number):
                return self.shown_url(number, context)
            case _:
                return ""

    def shown_url(self, number: int, context: Context) -> str:
        """Where a link leads in the end, for whoever is not counted."""
        reference = self.references[number]
        url = reference.url(context)
        return with_utm(url, self.utm) if reference.is_counted else url

    def code_as_text(self, code: Code, context: Context) -> str:
        markup = html_of(code, context)
        return value_of(code, context) if markup is None else plain(markup).strip()

    # --- Reading the document -----------------------------------------------------------------

    def with_places(self, document: str) -> str:
        """The document with a placeholder for each code."""
        return "".join(piece if isinstance(piece, str) else self.place_of(piece) for piece in split_codes(document))

    def place_of(self, code: Code) -> str:
        # An editor writes a default as HTML.
        self.codes.append(Code(html.unescape(code.name), html.unescape(code.default)))
        return self.mark("code", len(self.codes) - 1)

    def mark(self, kind: str, number: int) -> str:
        return f"x{self.token}{kind}{number}x"

    def inlined(self, document: str, pre_header: str) -> str:
        """The document with its styles on its elements, a placeholder for each link, and one for the picture."""
        parser = lxml.html.HTMLParser(encoding="utf-8")
        # The declaration makes a document of anything, also of nothing.
        root = lxml.html.document_fromstring(f"<!DOCTYPE html><html>{document}".encode(), parser=parser)
        for element in root.iter("a", "area"):
            address = (element.get("href") or "").strip()
            if address and not address.startswith("#"):
                self.references.append(Reference(tuple(self.pieces_of(address))))
                element.set("href", self.mark("link", len(self.references) - 1))
        body = root.find("body")
        if pre_header and body is not None:
            hidden = lxml.html.Element("div", style="display: none;")
            hidden.text, hidden.tail, body.text = pre_header, body.text, None
            body.insert(0, hidden)
        end = root if body is None else body
        mark = lxml.html.Element("i")
        mark.text = self.mark(PICTURE, 0)
        end.append(mark)
        written = lxml.html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
        return INLINER.inline(written).replace(f"<i>{mark.text}</i>", mark.text)

    def pieces_of(self, address: str) -> Sequence[Piece]:
        """An address out of the document, its placeholders as the codes that they stand for."""
        pieces = self.split(address)
        return [piece if isinstance(piece, str) else self.codes[piece[1]] for piece in pieces]

    def split(self, text: str) -> list[str | tuple[str, int]]:
        """The text as its literal parts and the (kind, number) of its placeholders."""
        parts = re.split(rf"x{self.token}(code|link|{PICTURE})(\d+)x", text)
        pieces: list[str | tuple[str, int]] = []
        for place in range(0, len(parts), 3):
            if parts[place]:
                pieces.append(parts[place])
            if place + 2 < len(parts):
                pieces.append((parts[place + 1], int(parts[place + 2])))
        return pieces


class Compilation:
    """Mailings compiled under one reading of the settings. Kept no longer than a batch is sent."""

    def __init__(self, site: EmailSettings, style: Mapping[str, Any]) -> None:
        self.site, self.style = site, style
        self.mailings: dict[int, Mailing] = {}
        self.compiled: dict[int, Compiled] = {}
        # The ids of links by mailing and address, as far as they are known.
        self.links: dict[tuple[int, str], int] = {}

    @classmethod
    def under_current_settings(cls) -> Self:
        """Three statements at most."""
        return cls(read_settings(), site_style())

    def read(self, mailings: Collection[int]) -> None:
        """Read those mailings that are not yet. One statement, none for none."""
        if missing := set(mailings) - self.mailings.keys():
            self.mailings.update(Mailing.objects.in_bulk(missing))

    def of(self, mailing: int) -> Compiled:
        """A mailing that was read, compiled when it is asked for first. Raises whatever it takes to read its HTML."""
        if mailing not in self.compiled:
            self.compiled[mailing] = Compiled(self.mailings[mailing], self.site, self.style)
        return self.compiled[mailing]


def plain(document: str) -> str:
    """The HTML as plain text; tables, which mails are laid out by, leave no blanks at the ends of lines."""
    lines = [line.rstrip() for line in inscriptis.get_text(document, TEXT).strip().splitlines()]
    return "\n".join(line for place, line in enumerate(lines) if line or lines[place - 1]) + "\n"


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which end a header or hide in it."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() or letter in JOINERS else " " for letter in text)
    return " ".join(text.split())


# Not printable by Python's book, but a part of emoji and of scripts that are written from right to left.
JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069\u00ad")
