"""Measure sending: the worker against a bare smtplib loop with the same bodies, both to a sink on loopback.

    python -m benchmarks.mail [--messages N] [--database sqlite|postgres] [--sink aiosmtpd|bare]

A campaign with a name and two links goes to N contacts of an empty database, by one worker and by two at once. The
sink is a process of its own that takes everything and keeps nothing: aiosmtpd, which reads commands as a mail server
does, or a bare one that hardly looks at them. The bare loop gets its bodies ready made and has no database. It runs
before, between and after the workers; the fastest of its runs counts.
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
from math import inf
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
WORKERS = (1, 2)


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


def serve(port: int, answering: Callable[[], asyncio.BaseProtocol]) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(answering, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def sink(answering: Callable[[], asyncio.BaseProtocol]) -> Iterator[int]:
    """The port of a sink."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(port, answering), daemon=True)
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


@contextmanager
def site(database: str, port: int) -> Iterator[None]:
    """A site with an empty database that sends to a port, as fast as it can."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fluentcrm-mail-")))
        url = f"sqlite:///{folder / 'mail.sqlite3'}"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
            "ENV_FILE": "",
            "DATA_DIR": str(folder),
            "DATABASE_URL": stack.enter_context(throwaway_postgres()) if database == "postgres" else url,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "EMAIL_RATE": "0",
        }
        import django  # noqa: PLC0415 - the settings read the environment

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        yield


def make_contacts(number: int) -> None:
    from subscribers.models import Subscriber  # noqa: PLC0415 - after django.setup()

    contacts = [Subscriber(email=f"contact{n}@example.com", first_name=f"First{n}") for n in range(number)]
    Subscriber.objects.bulk_create(contacts, batch_size=10_000)


def queue_campaign() -> float:
    """Queue a campaign to everybody, due at once; the seconds that it took."""
    from django.utils import timezone  # noqa: PLC0415

    from emails.models import Kind, Mailing  # noqa: PLC0415
    from emails.services.campaigns import queue_selected, release  # noqa: PLC0415
    from subscribers.models import Subscriber  # noqa: PLC0415

    mailing = Mailing(subject="News for {{contact.first_name|you}}", body=BODY, kind=Kind.CAMPAIGN)
    start = time.perf_counter()
    queue_selected(mailing, Subscriber.objects.all(), timezone.now())
    release(mailing.pk)
    return time.perf_counter() - start


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


def work(start: Any) -> None:
    """A worker: it sends as long as anything is due."""
    import django  # noqa: PLC0415 - the settings read the environment

    django.setup()
    from emails.services.sending import send_due  # noqa: PLC0415

    start.wait()
    while send_due(200):
        pass


def send_ours(workers: int) -> float:
    """Send what is due by so many processes; the seconds from their common start to the last one's end."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(workers + 1)
    processes = [context.Process(target=work, args=(start,), daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    start.wait()
    began = time.perf_counter()
    for process in processes:
        process.join()
    return time.perf_counter() - began


def check_sent(number: int) -> None:
    from emails.models import Message  # noqa: PLC0415

    if Message.objects.filter(state="sent", attempts=1).count() != number:
        raise SystemExit("Not every message was sent once.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--sink", choices=SINKS, default="aiosmtpd")
    options = parser.parse_args()
    stop_on_sigterm()
    with sink(SINKS[options.sink]) as port, site(options.database, port):
        from django.db import connection  # noqa: PLC0415 - after django.setup()

        make_contacts(options.messages)
        rows: list[tuple[str, float]] = []
        made: list[tuple[str, str, bytes]] = []
        bare = inf
        for workers in WORKERS:
            queued = queue_campaign()
            made = made or bodies()
            bare = min(bare, send_bare(port, made))
            connection.close()
            rows.append((f"{workers} of our workers, {options.database}", send_ours(workers)))
            check_sent(options.messages * len(rows))
        bare = min(bare, send_bare(port, made))
        connection.close()
    print("| | messages | seconds | messages/s | ratio |\n| --- | --: | --: | --: | --: |")
    for name, seconds in [("bare smtplib", bare), *rows]:
        rate = options.messages / seconds
        print(f"| {name} | {options.messages:,} | {seconds:.1f} | {rate:,.0f} | {bare / seconds:.2f} |")
    print(f"\nThe campaign was queued in {queued:.2f} s.")


if __name__ == "__main__":
    main()
