"""Adding users on a client's word."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from changes.services import Entry, record
from database.sql import execute, is_postgresql

# The one role of WordPress that a user of this server has: what they may do is in Django's permissions.
ROLE = "subscriber"


class UsernameTaken(Exception):
    """Another user has that name, in any case."""


class EmailTaken(Exception):
    """Another user has that address, in any case."""


def register_user(fields: Mapping[str, Any]) -> User:
    """Add a user who may do nothing, and record it, so that automations hear of it. Raises UsernameTaken, EmailTaken.

    Five statements. Whoever else adds a user waits: no two may have one address, and the table has no such constraint.
    """
    # Before the table is locked: it takes a quarter of a second.
    user = User(**{name: value for name, value in fields.items() if name != "password"})
    user.password = make_password(fields["password"])
    with transaction.atomic():
        if is_postgresql():
            # Not against the one who locks a row, as a key that refers to a user does.
            execute("LOCK TABLE auth_user IN SHARE ROW EXCLUSIVE MODE")
        same = User.objects.filter(Q(username__iexact=user.username) | Q(email__iexact=user.email))
        for other in same.only("username", "email").order_by("pk"):
            raise UsernameTaken if other.username.casefold() == user.username.casefold() else EmailTaken
        user.save(force_insert=True)
        record([Entry("user_registered", None, {"name": user.username, "roles": [ROLE]}, ("user", user.pk))])
    return user
