"""Saves, renames and deletes tags and lists."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from changes.rows import saving
from changes.services import Entry, record
from segments.models import Segment
from segments.services.naming import Found, create_new, free_slugs, look_up
from segments.signals import segments_leaving


class SlugTaken(Exception):
    """Another tag (or list) has that slug."""


class NameTaken(Exception):
    """Another tag (or list) has that title."""


def save_segment(segment: Segment) -> None:
    """Write one tag or list. Raises SlugTaken, also if another request has just taken the slug."""
    # Checked first, as an insert that fails also uses up an id.
    if type(segment).objects.exclude(pk=segment.pk).filter(slug=segment.slug).exists():
        raise SlugTaken(segment.slug)
    try:
        with transaction.atomic(), saving(segment, segment.LINK):
            segment.save()
    except IntegrityError as error:
        raise SlugTaken(segment.slug) from error


def save_titled(segment: Segment) -> None:
    """Write one tag or list whose clients only know titles. A new one gets a free slug.

    Raises NameTaken if another has the title, as `fold` compares. At most four statements.
    """
    model = type(segment)
    there = look_up(model, [segment.title])
    if set(there.titles.get(segment.title, [])) - {segment.pk}:
        raise NameTaken(segment.title)
    if not segment.slug:
        segment.slug = free_slugs(model, there.folded)[segment.title]
    try:
        save_segment(segment)
    except SlugTaken as error:
        # Another request has just created one with this title.
        raise NameTaken(segment.title) from error


@transaction.atomic
def upsert_segments(model: type[Segment], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Create or rename tags or lists; returns the ids in the order of `rows`. At most eight statements.

    A row with a `slug` means the one with this slug, a row without one the one with this title. New ones are
    created in the order of `rows`.
    """
    titles = [row["title"] for row in rows if not row["slug"]]
    there = look_up(model, titles) if titles else Found()
    slugs = free_slugs(model, {title: there.folded[title] for title in titles if title not in there.titles})
    # A row that was found by its title has no slug here.
    named = [(row["slug"] or slugs.get(row["title"]), row["title"]) for row in rows]
    by_slug = {slug: title for slug, title in named if slug}
    by_id = {there.titles[title][0]: title for slug, title in named if not slug}
    known = list(model.objects.filter(Q(slug__in=by_slug) | Q(pk__in=by_id)).order_by("pk").select_for_update())
    renamed = []
    for segment in known:
        title = by_slug.get(segment.slug) or by_id[segment.pk]
        if segment.title != title:
            segment.title, segment.updated_at = title, timezone.now()
            renamed.append(segment.pk)
    model.objects.bulk_update(known, ["title", "updated_at"])
    new = by_slug.keys() - {segment.slug for segment in known}
    updated = f"{model.LINK}_updated"
    record(Entry(updated, None, {"columns": ["title"]}, (model.LINK, pk)) for pk in renamed)
    create_new(model, [model(slug=slug, title=title) for slug, title in by_slug.items() if slug in new])
    ids = dict(model.objects.filter(slug__in=by_slug).values_list("slug", "pk"))
    return [ids[slug] if slug else there.titles[title][0] for slug, title in named]


@transaction.atomic
def delete_segments(model: type[Segment], ids: Iterable[int]) -> list[int]:
    """Delete tags or lists and their links; contacts stay. Returns the ids that there were.

    Four statements, and those of whoever hears of it (segments.signals).
    """
    # Locked first: whoever is attaching one of them waits, and then finds it gone.
    titles = dict(model.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update().values_list("pk", "title"))
    if titles:
        segments_leaving.send(sender=model, titles=titles)
        model.objects.filter(pk__in=titles).delete()
        deleted = f"{model.LINK}_deleted"
        record(Entry(deleted, None, {"title": title}, (model.LINK, pk)) for pk, title in titles.items())
    return list(titles)
