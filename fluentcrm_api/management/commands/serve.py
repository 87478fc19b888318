"""`manage.py serve`: the production server."""

import os
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

# Clients that may wait to be accepted, over all workers. Granian lets each worker work on
# backlog / workers connections at once; an idle one that is kept alive counts.
BACKLOG = 2048
# Seconds that running requests get to finish after SIGTERM.
STOP_SECONDS = 25
# Where a server that listens on every address of the machine is reached from the machine itself.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class ProductionServer(MPServer):
    """Granian that says when it answers, and stops quietly."""

    def __init__(self, *arguments: Any, on_ready: Callable[[], None], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.on_ready = on_ready

    def startup(self, *arguments: Any) -> None:
        """Start the workers and call on_ready once the first of them accepts connections."""
        super().startup(*arguments)  # type: ignore[no-untyped-call]
        # A signal or the death of a worker interrupts; Granian's own loop then acts on it.
        while not self.main_loop_interrupt.wait(0.02):
            if accepts_connections(self.bind_addr, self.bind_port):
                self.on_ready()
                return

    def signal_handler_interrupt(self, *arguments: Any, **options: Any) -> None:
        """Stop. Workers that Ctrl-C has reached too are not reported as crashed."""
        for worker in self.wrks:
            worker.interrupt_by_parent = True
        super().signal_handler_interrupt(*arguments, **options)  # type: ignore[no-untyped-call]


def add_address_options(parser: ArgumentParser) -> None:
    """The options --host and --port, the same for each command that speaks of the address."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def web_address(host: str, port: int) -> str:
    """The address to open on this machine: a server that listens everywhere is reached by loopback."""
    name = LOOPBACK.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, str]:
    """The family and the number of the address to bind; raises CommandError."""
    if not 1 <= port <= 65535:
        raise CommandError(f"--port {port} must be between 1 and 65535.")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CommandError(f"--host {host}: {error.strerror}.") from error
    return family, str(address[0])


def check_address_is_free(family: socket.AddressFamily, address: str, port: int) -> None:
    """Raise CommandError when the server could not listen there.

    Granian's workers share a port (SO_REUSEPORT), so a second server on it would start without a
    word and get half of the requests.
    """
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CommandError(f"Cannot listen on {address} port {port}: {error.strerror}.") from error


def accepts_connections(address: str, port: int) -> bool:
    name = LOOPBACK.get(address, address)
    try:
        socket.create_connection((name, port), timeout=1).close()
    except OSError:
        return False
    return True


def die_of_sigterm() -> None:
    """Until a new worker has set its own handlers it has the main process's, which would stop nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def check_migrations_are_applied() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date: run `manage.py migrate` first.")


class Command(BaseCommand):
    help = "Serve the API and the admin with the production server, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_address_options(parser)
        parser.add_argument(
            "--workers",
            type=int,
            default=max(2, os.cpu_count() or 2),
            help="worker processes (default: one a processor, at least 2)",
        )

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        """Serve until told to stop.

        Raises CommandError for an address that cannot be used, for a number of workers below 1 and
        for a database whose migrations are not all applied.
        """
        if workers < 1:
            raise CommandError(f"--workers {workers} must be 1 or more.")
        family, address = resolve(host, port)
        check_address_is_free(family, address, port)
        check_migrations_are_applied()
        if "SITE_URL" not in os.environ:
            # Links in answers then lead to where this server is.
            settings.SITE_URL = web_address(host, port)
        # Loaded before the workers are forked: they share its memory and start in no time.
        import_module("fluentcrm_api.wsgi")
        # They must not share this process's connection.
        connections.close_all()
        os.register_at_fork(after_in_child=die_of_sigterm)

        def announce() -> None:
            plural = "worker" if workers == 1 else "workers"
            self.stdout.write(f"Serving on {web_address(host, port)} with {workers} {plural}.")
            self.stdout.flush()

        ProductionServer(
            "fluentcrm_api.wsgi:application",
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=workers,
            # The work is CPU-bound Python: a second thread a worker only makes the slow requests slower.
            blocking_threads=1,
            backlog=BACKLOG,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
            log_level=LogLevels.error,
            on_ready=announce,
        ).serve()
