"""Making tags and lists, and finding those that a client names."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from changes.rows import saving
from changes.services import Entry, record
from database.insert import insert_new
from database.sql import among, ids_parameter, lower, read
from segments.models import Segment
from segments.signals import segments_leaving

# contract.md: a word that names no tag or list makes one when it has at least three letters.
MAX_TITLE = 192
NEW_TITLE = range(3, MAX_TITLE + 1)
# Slugs that are tried for one title. Others have the first ones only after they were renamed, each in turn.
ATTEMPTS = 10
# What a made slug leaves for the letters that tell it from another.
SLUG_ROOM = 180


FIND = "SELECT id, slug, title FROM {table} WHERE id {among}"
# Reads the whole table: words are sought in titles too, which have no index in lower case.
FIND_WORDS = f"{FIND} OR slug {{among}} OR {{lower}}(title) {{among}}"


@dataclass(frozen=True)
class Named:
    """Which tags or lists were meant: the id of each entry that names one, and what was `ignored`."""

    by_entry: dict[str, int] = field(default_factory=dict)
    ignored: list[Any] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """Each once, in the order named."""
        return list(dict.fromkeys(self.by_entry.values()))

    def ids_of(self, entries: Iterable[Any]) -> list[int]:
        """Each once, in the order in which some of the entries name them."""
        words = (plain_word(entry) for entry in entries if is_name(entry))
        return list(dict.fromkeys(self.by_entry[word] for word in words if word in self.by_entry))


class SlugTaken(Exception):
    """Another tag (or list) has that slug."""


class NameTaken(Exception):
    """Another tag (or list) has that title."""


def make_slug(text: str) -> str:
    """A readable slug: `Ünïcode & HTML` is `unicode-html`; a script without Latin letters keeps its own."""
    return slugify(text) or slugify(text, allow_unicode=True) or unicodedata.normalize("NFKC", text).lower()[:192]


def name_segments(model: type[Segment], entries: Iterable[Any], *, create: bool = False) -> Named:
    """The tags or lists that `entries` name: numbers and digits are ids, other words slugs or titles.

    With `create`, words that name none make one. One statement, and three more when some are made.
    """
    sent = [entry for entry in entries if isinstance(entry, str | int | float)]
    nameless = list(dict.fromkeys(entry for entry in sent if not is_name(entry)))
    wanted = [word for word in dict.fromkeys(plain_word(entry) for entry in sent if is_name(entry)) if word]
    if not wanted:
        return Named({}, nameless)
    words = [entry for entry in wanted if not is_id(entry)]
    found = find(model, wanted)
    if create:
        new = [word for word in words if word not in found and len(word) in NEW_TITLE]
        if new:
            create_missing(model, new)
            found |= find(model, new)
    ignored = [int(entry) if is_id(entry) else entry for entry in wanted if entry not in found]
    return Named({entry: found[entry] for entry in wanted if entry in found}, [*ignored, *nameless])


def is_name(entry: str | float) -> bool:
    """Whether an entry may name a tag or list: a number that cannot be an id is no title either."""
    if isinstance(entry, bool):
        return False
    word = plain_word(entry)
    digits = word.isascii() and word.isdecimal()
    return is_id(word) if digits else not isinstance(entry, float) or word.startswith("-")


def plain_word(entry: str | float) -> str:
    """An entry as one line of text, a whole number as its digits; PostgreSQL stores no NUL."""
    text = str(entry)
    if isinstance(entry, float) and "." in text:
        text = text.rstrip("0").rstrip(".")
    return " ".join(text.replace("\x00", "").split())


def is_id(entry: str) -> bool:
    return entry.isascii() and entry.isdecimal() and len(entry) <= 18


def find(model: type[Segment], entries: Sequence[str]) -> dict[str, int]:
    """Which row each id and word stands for; a slug goes before a title. One statement."""
    ids = {entry: int(entry) for entry in entries if is_id(entry)}
    # A longer word is no row's. It is not even looked at: Unicode's forms of a long text take quadratic time.
    words = [entry for entry in entries if not is_id(entry) and len(entry) <= MAX_TITLE]
    slugs = {word: make_slug(word) for word in words}
    sql, sets = FIND, [ids_parameter(ids.values())]
    if words:
        sql = FIND_WORDS
        sets += [ids_parameter([*words, *slugs.values()]), ids_parameter(word.lower() for word in words)]
    listed = read(sql.format(table=model._meta.db_table, among=among(), lower=lower()), *sets)
    by_slug = {slug: pk for pk, slug, _ in listed}
    by_title = {title.lower(): pk for pk, _, title in sorted(listed, reverse=True)}
    there = {pk for pk, _, _ in listed}
    found = {entry: pk for entry, pk in ids.items() if pk in there}
    for word in words:
        pk = by_slug.get(word) or by_title.get(word.lower()) or by_slug.get(slugs[word])
        if pk:
            found[word] = pk
    return found


def create_missing(model: type[Segment], titles: Iterable[str]) -> None:
    """Make one for each title; where two requests make the same one at once, one is made. One statement."""
    by_slug = {make_slug(title): title for title in titles}
    create_new(model, [model(title=title[:192], slug=slug[:192]) for slug, title in by_slug.items()])


@transaction.atomic(savepoint=False)
def create_new(model: type[Segment], rows: Sequence[Segment]) -> None:
    """Insert tags or lists, but those whose slug is taken, and record which are new. Two statements at most."""
    made = insert_new(rows, "title", "slug")
    record(Entry(f"{model.LINK}_created", None, {"title": title}, (model.LINK, pk)) for pk, title in made)


def ids_by_title(model: type[Segment], titles: Iterable[str]) -> dict[str, list[int]]:
    """The tags or lists of each title, by its lower-cased form, upward by id. One statement, none for no title."""
    found: dict[str, list[int]] = defaultdict(list)
    wanted = list(titles)
    if wanted:
        for pk, title in model.objects.titled(wanted).order_by("pk").values_list("pk", "title"):
            found[title.lower()].append(pk)
    return found


def create_titled(model: type[Segment], titles: Iterable[str]) -> dict[str, list[int]]:
    """Make one for each title, whatever it looks like; returns their ids as ids_by_title does.

    Two statements, and two more when the slug of one is in the way.

    Where another title has the slug of one ("C" and "C++", or a tag that was renamed), its slug ends
    with a few letters that are the same in each request: of two that make the same title at once, one does.
    """
    wanted = {title.lower(): title for title in titles}
    found: dict[str, list[int]] = {}
    for attempt in range(ATTEMPTS):
        missing = [title for lower, title in wanted.items() if lower not in found]
        if not missing:
            break
        create_with_slugs(model, {slug_of(title, attempt): title for title in reversed(missing)})
        found |= ids_by_title(model, missing)
    return found


def create_with_slugs(model: type[Segment], titles: Mapping[str, str]) -> None:
    create_new(model, [model(title=title, slug=slug) for slug, title in titles.items()])


def slug_of(title: str, attempt: int) -> str:
    """The slug of a title: the plain one first, then distinct ones."""
    plain = make_slug(title)[:SLUG_ROOM]
    if not attempt:
        return plain
    digest = blake2b(f"{title.lower()} {attempt}".encode(), digest_size=4).hexdigest()
    return f"{plain}-{digest}"


def save_segment(segment: Segment) -> None:
    """Write one tag or list; raises SlugTaken, also when another request took the slug just now."""
    # Asked first, as an insert that fails uses up an id all the same.
    if type(segment).objects.exclude(pk=segment.pk).filter(slug=segment.slug).exists():
        raise SlugTaken(segment.slug)
    try:
        with transaction.atomic(), saving(segment, segment.LINK):
            segment.save()
    except IntegrityError as error:
        raise SlugTaken(segment.slug) from error


def save_titled(segment: Segment) -> None:
    """Write one tag or list that clients know by its title alone; a new one gets a slug of its own.

    Raises NameTaken where another has the title, in any case. Four statements at most.
    """
    model, others = type(segment), type(segment).objects.exclude(pk=segment.pk)
    same = others.titled([segment.title]).values_list("title", flat=True)
    if any(title.lower() == segment.title.lower() for title in same):
        raise NameTaken(segment.title)
    if not segment.slug:
        slugs = [slug_of(segment.title, attempt) for attempt in range(ATTEMPTS)]
        taken = set(model.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        segment.slug = next((slug for slug in slugs if slug not in taken), slugs[0])
    try:
        save_segment(segment)
    except SlugTaken as error:
        # Another request made one of the title just now.
        raise NameTaken(segment.title) from error


@transaction.atomic
def upsert_segments(model: type[Segment], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Make or, where the slug is known, rename tags or lists; the ids in the order given. At most four statements."""
    by_slug = {row["slug"]: row["title"] for row in rows}
    known = list(model.objects.filter(slug__in=by_slug).order_by("pk").select_for_update())
    renamed = [segment.pk for segment in known if segment.title != by_slug[segment.slug]]
    for segment in known:
        segment.title, segment.updated_at = by_slug[segment.slug], timezone.now()
    model.objects.bulk_update(known, ["title", "updated_at"])
    new = by_slug.keys() - {segment.slug for segment in known}
    updated = f"{model.LINK}_updated"
    record(Entry(updated, None, {"columns": ["title"]}, (model.LINK, pk)) for pk in renamed)
    create_new(model, [model(slug=slug, title=title) for slug, title in by_slug.items() if slug in new])
    ids = dict(model.objects.filter(slug__in=by_slug).values_list("slug", "pk"))
    return [ids[row["slug"]] for row in rows]


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
