"""A webhook block's request, made for whoever tries it out."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from automations.models import Block
from automations.parts.posts import OutgoingWebhook, post_of
from automations.registry import Run
from emails.settings import read_settings
from subscribers.reading import COLUMNS, Contact, find_id_by_email, read_contacts
from webhooks.services.posting import Post
from wp_rest.exceptions import Unprocessable


def post_for_trial(settings: Any, user: User) -> Post:
    """The request of a block with these settings, about the contact with the user's address, or one like it.

    Raises Unprocessable for settings with which the block would fail.
    """
    block = Block(action_name=OutgoingWebhook.name, settings=dict(settings))
    if problem := OutgoingWebhook().check(block.settings):
        raise Unprocessable(problem)
    pk = find_id_by_email(user.email)
    found = read_contacts([pk], custom_values=True, further=True) if pk else []
    contact = found[0] if found else made_up(user)
    return post_of(Run(block, [], timezone.now()), contact, read_settings())


def made_up(user: User) -> Contact:
    """A contact with the name and the address of a user, and nothing else."""
    known = {"email": user.email, "first_name": user.first_name, "last_name": user.last_name, "status": "subscribed"}
    return Contact(tuple(known.get(name) for name in COLUMNS), [], [], [], {})
