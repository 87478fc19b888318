"""`manage.py work`: background work alone, beside a server with `--no-worker` or on another machine."""

import gc
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from fluentcrm_api.server.checks import check_database, check_migrations_are_applied, database_errors_named
from fluentcrm_api.server.supervisor import Supervisor
from fluentcrm_api.work import work_program
from jobs.registry import discover

# Seconds that a chunk at work gets to end, or to be given back, after SIGTERM.
STOP_SECONDS = 25


class Command(BaseCommand):
    help = "Do background work, until SIGTERM or Ctrl-C. Any number of workers, on any number of machines, share it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workers", type=int, default=1, help="worker processes (default: %(default)s)")

    def handle(self, *, workers: int, **options: Any) -> None:
        """Work until told to stop.

        Raises CommandError for a number of workers below 1, for a database that is not there and for one
        whose migrations are not all applied.
        """
        if workers < 1:
            raise CommandError(f"--workers {workers} must be 1 or more.")
        check_database()
        with database_errors_named():
            check_migrations_are_applied()
        # Loaded before the processes are forked: they share its memory.
        discover()
        # They must not share this process's connection.
        connections.close_all()
        gc.collect()
        gc.freeze()

        def announce() -> None:
            plural = "worker" if workers == 1 else "workers"
            self.stdout.write(f"Working with {workers} {plural}.")
            self.stdout.flush()

        sys.exit(Supervisor([work_program(workers)], stop_seconds=STOP_SECONDS, on_ready=announce).run())
