"""`manage.py create_application_password USER [--name N]`: a new password, alone on the last line."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.services import create_application_password


class Command(BaseCommand):
    help = "Make an application password for a user and print it, alone on the last line. It is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="The user's name.")
        parser.add_argument("--name", default="command line", help="What will use the password.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user named {options['user']!r}.")
        self.stdout.write(create_application_password(user, options["name"]))
