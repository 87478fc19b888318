"""Saves and deletes smart links."""

from collections.abc import Iterable

from django.db import transaction

from changes.rows import entry_of, saving
from changes.services import record
from smart_links.addresses import short_of
from smart_links.models import SmartLink, Visit, VisitCount

SUBJECT = "smart_link"


class LeadsHere(Exception):
    """A smart link that leads to a smart link could lead round in a circle."""


def save_link(link: SmartLink) -> None:
    """Write a link and record the change. At most three statements. Raises LeadsHere."""
    if short_of(link.target_url):
        raise LeadsHere(link.target_url)
    with saving(link, SUBJECT):
        link.save()


@transaction.atomic
def delete_links(ids: Iterable[int]) -> int:
    """Delete links; their addresses lead nowhere any more. Returns how many there were. Five statements."""
    links = SmartLink.objects.filter(pk__any_of=list(ids)).order_by("pk").select_for_update()
    gone = {link.pk: entry_of(link, SUBJECT, "deleted") for link in links}
    if gone:
        # Not by Django's cascade, which would read every visit first.
        for model in (Visit, VisitCount):
            model.objects.filter(link__any_of=list(gone))._raw_delete(using="default")
        SmartLink.objects.filter(pk__any_of=list(gone))._raw_delete(using="default")
        record(gone.values())
    return len(gone)
