"""A mail as it is written for the wire, held to what Python's email package writes of the same mail."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import BadHeaderError, get_connection

from emails.mail import Mail

TEXTS = [
    "plain",
    "",
    "Łódź, İstanbul, 李雷, 👩‍👩‍👧, אברהם",
    "a" * 2000,
    "ž" * 700,
    "=3D = at the end of a line =\n.\n..\n-- \nFrom me\ttab \n\n",
    'O"Brien, \\ <x@y.z> (c); a: b',
]


def mail(**parts: Any) -> Mail:
    given: dict[str, Any] = {
        "sender": ("Shop", "shop@example.com"),
        "recipient": ("Ada", "ada@example.com"),
        "subject": "Hi",
    }
    return Mail(**{"body": "text", "html": "<p>html</p>", "boundary": "b", **given, **parts})


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def shown(content: bytes, name: str) -> str:
    """A header as RFC 2047 decodes it: nothing stands between two encoded words, where Python's parser keeps a blank."""
    return " ".join(str(make_header(decode_header(message_from_bytes(content)[name]))).split())


def bodies(message: EmailMessage) -> list[tuple[str, str]]:
    return [(part.get_content_type(), "\n".join(part.get_content().splitlines())) for part in message.iter_parts()]


@pytest.mark.parametrize("text", TEXTS)
def test_it_says_what_django_says(text: str) -> None:
    # As long as a contact's name may be.
    line = " ".join(text.split())[:380]
    written = mail(
        sender=(line, "shop@example.com"),
        recipient=(line, "a..d/a+b'@example.com"),
        subject=line,
        body=text,
        html=f"<p>{text}</p>",
        answers=(line, "help@example.com"),
        headers={"Message-ID": "<a@example.com>", "Precedence": "bulk"},
    )
    wire, django_wire = written.written(), written.message().as_bytes()
    for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "Precedence", "MIME-Version"):
        assert shown(wire, name) == shown(django_wire, name), name
    ours, theirs = read(wire), read(django_wire)
    assert ours.get_content_type() == theirs.get_content_type() == "multipart/alternative"
    assert [body for body in bodies(ours) if body[1]] == bodies(theirs)


def test_other_backends_get_names_in_plain_letters() -> None:
    written = mail(recipient=('Ł "x" \\', "ada@example.com"), answers=("", "help@example.com"))
    assert written.to == ['"Ł \\"x\\" \\\\" <ada@example.com>']
    assert written.reply_to == ["help@example.com"]
    assert parseaddr(written.to[0]) == ('Ł "x" \\', "ada@example.com")


@pytest.mark.parametrize("text", TEXTS)
def test_its_lines_are_ascii_end_in_crlf_and_are_short_enough(text: str) -> None:
    line = " ".join(text.split())
    content = mail(subject=line, recipient=(line, "ada@example.com"), body=text, html=text).written()
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\n "])
@pytest.mark.parametrize("where", ["subject", "recipient", "sender", "header"])
def test_it_refuses_a_header_of_several_lines(where: str, end: str) -> None:
    evil = f"a{end}Bcc: all@example.com"
    parts: dict[str, dict[str, Any]] = {
        "subject": {"subject": evil},
        "recipient": {"recipient": (evil, "ada@example.com")},
        "sender": {"sender": (evil, "shop@example.com")},
        "header": {"headers": {"X-Name": evil}},
    }
    with pytest.raises(BadHeaderError):
        mail(**parts[where]).written()


def test_each_mail_becomes_one_file_that_appears_whole(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIR = tmp_path / "mail"
    connection = get_connection("emails.backends.files.EmailBackend")
    assert connection.send_messages([mail(subject="One"), mail(subject="Two")]) == 2
    files = sorted(settings.MAIL_DIR.iterdir())
    assert [read(file.read_bytes())["Subject"] for file in files] == ["One", "Two"]
    assert {file.suffix for file in files} == {".eml"}
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_a_file_that_cannot_be_written_leaves_nothing(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIR = tmp_path / "mail"
    connection = get_connection("emails.backends.files.EmailBackend")
    with pytest.raises(BadHeaderError):
        connection.send_messages([mail(subject="a\nb")])
    assert list(settings.MAIL_DIR.iterdir()) == []
