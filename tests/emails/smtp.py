"""A real mail server on loopback that takes, refuses or drops what it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.postgres import free_port

# Whose messages the tests refuse.
ADDRESS = "ada@example.com"
# Instead of an answer: the connection is cut.
DROP = "drop"


class Mailbox:
    """What arrived, and the answers that are given. Addresses and answers as they stand in SMTP."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, EmailMessage]] = []
        self.sessions = 0
        self.at_rcpt: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.news = Condition()

    @property
    def addresses(self) -> list[str]:
        return [address for address, _ in self.arrived]

    def only(self) -> EmailMessage:
        [(_, message)] = self.arrived
        return message

    def wait_for(self, number: int, seconds: float = 60) -> None:
        """Wait until so many have arrived."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.arrived) >= number, seconds)

    # --- aiosmtpd's hooks ---------------------------------------------------------------------

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.at_rcpt.get(address, "250 OK")
        if answer == DROP:
            server.transport.abort()
        elif answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        answer = self.at_data.get(address, "250 OK")
        if answer.startswith("2") or answer == DROP:
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            with self.news:
                self.arrived.append((address, message))
                self.news.notify_all()
        if answer == DROP:
            server.transport.abort()
        return answer


class Server(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, hostname="127.0.0.1")


@contextmanager
def mail_server(mailbox: Mailbox | None = None) -> Iterator[tuple[Mailbox, int]]:
    """A server's mailbox, a new one without it, and port."""
    mailbox, port = mailbox or Mailbox(), free_port()
    server = Server(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    mailbox.sessions = 0
    try:
        yield mailbox, port
    finally:
        server.stop()
