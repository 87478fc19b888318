"""Tags and lists, the two ways to group contacts, and the number of contacts of each."""

from typing import Any, ClassVar

from django.db import models

from database.expressions import Fold
from segments.querysets import SegmentQuerySet


class Segment(models.Model):
    """What tags and lists share. No two tags, and no two lists, have the same slug."""

    title = models.CharField(max_length=192)
    slug = models.CharField(max_length=192, unique=True)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001 - FluentCRM distinguishes null and ""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = SegmentQuerySet.as_manager()
    LINK: ClassVar[str]

    class Meta:
        abstract = True
        indexes: ClassVar = [
            # For clients that name them by title, and GET /tags?sort_by=title. Titles are not unique.
            models.Index(Fold("title"), "id", name="%(app_label)s_%(class)s_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Tag(Segment):
    LINK = "tag"  # the relation's name on the rows that link it to contacts


class ContactList(Segment):
    LINK = "list"

    is_public = models.BooleanField(default=False)

    class Meta(Segment.Meta):
        verbose_name = "list"


class ContactCount(models.Model):
    """Kept counts of contacts, as a ledger: the sum of `delta` is the count (see segments.counts).

    Only triggers of the database write it (subscribers.migrations), so that every change of a contact is counted,
    in the same transaction. On PostgreSQL changes only add rows, so that two writers never wait for each other; from
    time to time the rows of a count are replaced by one. SQLite has one writer, whose triggers change the one row.
    """

    kind = models.CharField(max_length=8)  # contact, tag or list
    object_id = models.BigIntegerField()  # 0 for contact
    status = models.CharField(max_length=16)
    delta = models.BigIntegerField()

    class Meta:
        db_table = "segments_tally"
        # segments.counts: the sum for one kind and object, all statuses or one.
        indexes: ClassVar = [
            models.Index(fields=["kind", "object_id", "status"], include=["delta"], name="segments_tally_sum"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.status}: {self.delta:+}"
