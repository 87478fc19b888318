"""`manage.py first_run`: prepares the database, the static files and a first user."""

import fcntl
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from accounts.services import create_application_password
from fluentcrm_api.server.checks import (
    check_address_is_free,
    check_database,
    check_folder,
    database_errors_named,
    web_address,
)

USERNAME = "admin"
ADVISORY_LOCK = 0x6663726D  # any number that nothing else in this database locks


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Wait for every other first_run on this database to end, then keep others waiting."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
        return
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "first_run.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # freed when the file is closed, however the process ends
        yield


def static_files_are_collected() -> bool:
    """Whether STATIC_ROOT holds a manifest that is newer than every file to collect."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.is_file():
        return False
    collected = manifest.stat().st_mtime
    return all(
        Path(storage.path(path)).stat().st_mtime <= collected
        for finder in get_finders()
        for path, storage in finder.list([])
    )


class Command(BaseCommand):
    help = (
        "Prepare the database and the static files; on an empty database also make the user "
        f"{USERNAME} with an application password and show both secrets, once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where it will be served (default: %(default)s)")
        parser.add_argument(
            "--port",
            type=int,
            help="where it will be served (default: 8000); when given, nothing else may listen there now",
        )

    def handle(self, *, host: str, port: int | None, **options: Any) -> None:
        """Do what is missing and print how to sign in. Several may run at the same time.

        Raises CommandError for an address, a folder or a database that cannot be used, before it changes anything.
        """
        if port is not None:
            check_address_is_free(host, port)
        check_folder(Path(settings.DATA_DIR), "DATA_DIR")
        check_database()
        address = web_address(host, port or 8000)
        with database_errors_named():
            self.prepare(address)

    def prepare(self, address: str) -> None:
        with only_one_at_a_time():
            call_command("migrate", interactive=False, verbosity=0)
            if not static_files_are_collected():
                check_folder(Path(settings.STATIC_ROOT), "STATIC_ROOT")
                call_command("collectstatic", interactive=False, verbosity=0)
            users = get_user_model().objects
            if users.exists():
                self.print_reminder(address)
                return
            password = secrets.token_urlsafe(15)
            with transaction.atomic():
                user = users.create_superuser(USERNAME, password=password)
                application_password = create_application_password(user, "first run")
        self.print_credentials(address, password, application_password)

    def print_credentials(self, address: str, password: str, application_password: str) -> None:
        self.stdout.write(
            f"""
All is prepared. These secrets are shown only now:

  API                   {address}/wp-json/fluent-crm/v2
  user name             {USERNAME}
  application password  {application_password}

  admin                 {address}/admin/
  user name             {USERNAME}
  password              {password}

Try it:

  curl "{address}/wp-json/fluent-crm/v2/subscribers?per_page=5" -u "{USERNAME}:{application_password}"
"""
        )

    def print_reminder(self, address: str) -> None:
        python = Path(sys.executable)
        if python.is_relative_to(settings.BASE_DIR):
            python = python.relative_to(settings.BASE_DIR)
        self.stdout.write(
            f"""
  API    {address}/wp-json/fluent-crm/v2
  admin  {address}/admin/

The first run has shown the user name and the passwords. For another application password:

  {python} manage.py create_application_password {USERNAME}
"""
        )
