"""`manage.py serve`: the production server."""

import gc
import os
import resource
import sys
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from fluentcrm_api.errors import describe_refusal
from fluentcrm_api.server.bodies import body_limit, wants_body
from fluentcrm_api.server.checks import (
    check_database,
    check_migrations_are_applied,
    database_errors_named,
    listen,
    web_address,
)
from fluentcrm_api.server.requests import Limits
from fluentcrm_api.server.supervisor import Supervisor
from fluentcrm_api.server.web import web_program
from fluentcrm_api.work import work_program

# Seconds for running requests to finish after SIGTERM.
STOP_SECONDS = 25
# Files that a process opens beside the connections of its clients.
OTHER_FILES = 100


def add_address_options(parser: ArgumentParser) -> None:
    """The options --host and --port, which several commands have."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def most_connections(wanted: int) -> int:
    """The wanted number, or the number that the system lets this process open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return max(1, needed - OTHER_FILES)


def read_limits() -> Limits:
    return Limits(
        body_bytes=settings.MAX_BODY_BYTES,
        request_seconds=settings.BODY_TIMEOUT,
        idle_seconds=settings.IDLE_TIMEOUT,
        connections=most_connections(settings.MAX_CONNECTIONS),
        held_bytes=max(Limits.held_bytes, 4 * settings.MAX_BODY_BYTES),
        threads=settings.WORKER_THREADS,
        wants_body=wants_body,
        body_limit=body_limit,
        describe=describe_refusal,
    )


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
        parser.add_argument(
            "--no-worker",
            action="store_true",
            help="leave out the process for background work; `manage.py work` runs it elsewhere",
        )

    def handle(self, *, host: str, port: int, workers: int, no_worker: bool, **options: Any) -> None:
        """Serve until a signal stops it.

        Raises CommandError for an address that cannot be used, for a number of workers below 1, for a
        database that does not answer or has unapplied migrations.
        """
        if workers < 1:
            raise CommandError(f"--workers {workers} must be 1 or more.")
        listener = listen(host, port)
        check_database()
        with database_errors_named():
            check_migrations_are_applied()
        if "SITE_URL" not in os.environ:
            # Then links in answers lead to this server.
            settings.SITE_URL = web_address(host, port)
        # Loaded before the workers are forked: they share its memory and start in no time.
        application = import_module("fluentcrm_api.wsgi").application
        # They must not share this process's connection.
        connections.close_all()
        gc.collect()
        gc.freeze()

        def announce() -> None:
            plural = "worker" if workers == 1 else "workers"
            beside = "" if no_worker else ", and one for background work"
            self.stdout.write(f"Serving on {web_address(host, port)} with {workers} {plural}{beside}.")
            self.stdout.flush()

        web = web_program(
            application,
            listener,
            workers,
            read_limits(),
            stop_seconds=STOP_SECONDS,
            on_thread_end=connections.close_all,
        )
        programs = [web] if no_worker else [web, work_program()]
        sys.exit(Supervisor(programs, stop_seconds=STOP_SECONDS, on_ready=announce).run())
