"""Measure sending: the worker against a bare smtplib loop with the same bodies, both to a sink on loopback.

    python -m benchmarks.mail [--messages N] [--database sqlite|postgres] [--sink aiosmtpd|bare]

A mailing with a name and two links goes to N contacts of an empty database. The sink is a process of its own that
takes everything and keeps nothing: aiosmtpd, which reads commands as a mail server does, or a bare one that hardly
looks at them. The bare loop gets its bodies ready made and has no database.
"""

import argparse
import asyncio
import multiprocessing
import os
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.handlers import Sink as SinkHandler
from aiosmtpd.smtp import SMTP

from tests.postgres import free_port, stop_on_sigterm, throwaway_postgres

BODY = (
    "<h1>News for {{contact.first_name|you}}</h1><p>What is new, and what is not.</p>"
    '<p><a href="https://shop.example.com/a">First</a> and <a href="https://shop.example.com/b">second</a>.</p>'
) + "<p>Some more of it, as a newsletter has it.</p>" * 20
BATCH = 500


class Sink(asyncio.Protocol):
    """Takes every mail."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.buffer, self.content = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.take():
            pass

    def take(self) -> bool:
        """Answer the next command, or the end of a content; false where neither is there whole."""
        end = b"\r\n.\r\n" if self.content else b"\r\n"
        line, found, rest = self.buffer.partition(end)
        if not found:
            return False
        self.buffer = rest
        verb = b"" if self.content else line[:4].upper()
        self.content = verb == b"DATA"
        self.transport.write({b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
        return True


def mail_server() -> SMTP:
    return SMTP(SinkHandler(), hostname="127.0.0.1")


SINKS: Mapping[str, Callable[[], asyncio.BaseProtocol]] = {"aiosmtpd": mail_server, "bare": Sink}


def serve(port: int, kind: str) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(SINKS[kind], "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def sink(kind: str) -> Iterator[int]:
    """The port of a sink."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, kind), daemon=True)
    process.start()
    try:
        for _ in range(200):
            try:
                smtplib.SMTP("127.0.0.1", port, timeout=5).quit()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()


def queue_mailing(messages: int) -> None:
    from emails.models import Kind, Mailing  # noqa: PLC0415 - after django.setup()
    from emails.services.queueing import queue  # noqa: PLC0415
    from subscribers.models import Subscriber  # noqa: PLC0415

    contacts = [Subscriber(email=f"contact{n}@example.com", first_name=f"First{n}") for n in range(messages)]
    ids = [contact.pk for contact in Subscriber.objects.bulk_create(contacts)]
    queue(Mailing(subject="News for {{contact.first_name|you}}", body=BODY, kind=Kind.CAMPAIGN), ids)


def bodies() -> list[tuple[str, str, bytes]]:
    """(sender, recipient, content) of every message that is due."""
    from emails.models import Message  # noqa: PLC0415
    from emails.rendering import Compilation  # noqa: PLC0415
    from emails.services.composing import compose, read_recipients  # noqa: PLC0415

    compilation = Compilation.under_current_settings()
    messages, made = list(Message.objects.order_by("pk")), []
    for start in range(0, len(messages), BATCH):
        batch = messages[start : start + BATCH]
        mails = compose(batch, read_recipients(message.subscriber_id for message in batch), compilation)
        made += [(*mail.envelope, mail.written()) for mail in mails.values()]
    return made


def send_bare(port: int, made: Sequence[tuple[str, str, bytes]]) -> float:
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as session:
        for sender, recipient, content in made:
            session.sendmail(sender, [recipient], content)
    return time.perf_counter() - start


def send_ours(messages: int) -> float:
    from emails.services.sending import send_due  # noqa: PLC0415

    start, left = time.perf_counter(), messages
    while left:
        left -= send_due()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--sink", choices=SINKS, default="aiosmtpd")
    options = parser.parse_args()
    stop_on_sigterm()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fluentcrm-mail-")))
        port = stack.enter_context(sink(options.sink))
        url = f"sqlite:///{folder / 'mail.sqlite3'}"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
            "ENV_FILE": "",
            "DATA_DIR": str(folder),
            "DATABASE_URL": stack.enter_context(throwaway_postgres()) if options.database == "postgres" else url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "EMAIL_RATE": "0",
        }
        import django  # noqa: PLC0415 - the settings read the environment

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        queue_mailing(options.messages)
        made = bodies()
        bare = send_bare(port, made)
        ours = send_ours(options.messages)
        again = send_bare(port, made)
        connection.close()
    bare = min(bare, again)
    print("| | messages | seconds | messages/s |\n| --- | --: | --: | --: |")
    for name, seconds in (("bare smtplib", bare), (f"ours, {options.database}", ours)):
        print(f"| {name} | {options.messages:,} | {seconds:.1f} | {options.messages / seconds:,.0f} |")
    print(f"\nratio {bare / ours:.2f}")


if __name__ == "__main__":
    main()
