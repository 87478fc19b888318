"""Mail by a provider: django-anymail's Postmark, asked over HTTP at a server of this machine."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.utils import timezone

from emails.models import Message
from emails.services.sending import send_due

TAKEN: dict[str, Any] = {"ErrorCode": 0, "Message": "OK", "MessageID": "their-own", "To": "ada@example.com"}


class Provider(ThreadingHTTPServer):
    """Keeps what it is asked to send, and answers `status` and `body`."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, TAKEN, []  # type: ignore[var-annotated]
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.headers["X-Postmark-Server-Token"], sent))
        body = json.dumps(self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.EMAIL_RATE = 0
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "secret",
            "POSTMARK_API_URL": f"http://127.0.0.1:{server.server_port}/",
        }
        yield server
        server.shutdown()


def test_it_sends_once_with_our_headers(provider: Provider, message: Message) -> None:
    assert send_due() == 1
    assert send_due() == 0
    [(token, sent)] = provider.asked
    headers = {header["Name"]: header["Value"] for header in sent["Headers"]}
    assert (token, sent["To"], sent["Subject"]) == ("secret", "Ada Last <ada@example.com>", "Hello Ada")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"].startswith(f"<{message.hash}@")
    assert "Hi Ada" in sent["HtmlBody"]
    assert "Hi Ada" in sent["TextBody"]
    message.refresh_from_db()
    assert message.state == "sent"


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}, "failed"),
        (429, {"ErrorCode": 429, "Message": "Slow down"}, "scheduled"),
        # Whether it left, nobody knows.
        (500, {"ErrorCode": 0, "Message": "Internal error"}, "unsure"),
    ],
)
def test_what_the_provider_answers_becomes_the_state(
    provider: Provider, message: Message, status: int, body: dict[str, Any], state: str
) -> None:
    provider.status, provider.body = status, body
    assert send_due() == 0
    message.refresh_from_db()
    assert message.state == state
    assert str(status) in message.error or body["Message"] in message.error


def test_a_provider_that_is_away_is_asked_again_later(provider: Provider, message: Message, settings: Any) -> None:
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_API_URL": "http://127.0.0.1:1/"}
    assert send_due() == 0
    message.refresh_from_db()
    assert message.state == "scheduled"
    assert message.due > timezone.now()
    assert provider.asked == []
