"""`manage.py create_api_key USER [--name N] [--read-only]`: a new API key, alone on the last line."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from accounts.api_keys import create_api_key


class Command(BaseCommand):
    help = "Make an API key for a user and print it, alone on the last line. It is shown once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="The user's name.")
        parser.add_argument("--name", default="command line", help="What will use the key.")
        parser.add_argument("--read-only", action="store_true", help="The key can read but not change anything.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user named {options['user']!r}.")
        self.stdout.write(create_api_key(user, options["name"], read_only=options["read_only"]))
