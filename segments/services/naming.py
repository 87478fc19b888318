"""Finding the tags and lists that a client names, and making those that do not exist."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from unicodedata import normalize

from django.db import transaction
from django.utils.text import slugify

from accounts.rights import May, demand
from changes.services import Entry, record
from database.insert import insert_new
from database.letters import composed
from database.sql import any_of, any_of_texts, folded, ids_parameter, read, texts
from segments.models import ContactList, Segment, Tag

# contract.md: a word that names no tag or list creates one if it has at least three letters.
MAX_TITLE = 192
NEW_TITLE = range(3, MAX_TITLE + 1)
# The number of slugs that are tried for one title. The first ones are only taken by rows that were renamed.
ATTEMPTS = 10
# The room that a slug leaves for a number that makes it unique.
SLUG_ROOM = 180
# (entry, its id, how it was found, its folded text): ids, then what each word may stand for. A slug
# that is taken has no entry of the client's.
FIND_IDS = "SELECT CAST(id AS text), id, 'id', '' FROM {table} WHERE id {any_of}"
FIND = f"""
    {FIND_IDS}
    UNION ALL SELECT r.value, t.id, 'slug', '' FROM {{texts}} JOIN {{table}} t ON t.slug = r.value
    UNION ALL SELECT r.value, t.id, 'title', '' FROM {{texts}} JOIN {{table}} t ON {{title}} = {{value}}
    UNION ALL SELECT r.value, t.id, 'small slug', '' FROM {{texts}} JOIN {{table}} t ON t.slug = fold(r.value)
    UNION ALL SELECT r.value, 0, 'text', fold(r.value) FROM {{texts}}
    UNION ALL SELECT slug, id, 'taken', '' FROM {{table}} WHERE slug {{any_of_texts}}
    ORDER BY 2
"""


@dataclass(frozen=True)
class Named:
    """The tags or lists that entries name: the id of each entry that names one, and the `ignored` entries."""

    by_entry: dict[str, int] = field(default_factory=dict)
    ignored: list[Any] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        """The ids, each once, in the order of the entries."""
        return list(dict.fromkeys(self.by_entry.values()))

    def ids_of(self, entries: Iterable[Any]) -> list[int]:
        """The ids of some of the entries, each once, in their order."""
        words = (plain_word(entry) for entry in entries if is_name(entry))
        return list(dict.fromkeys(self.by_entry[word] for word in words if word in self.by_entry))


def make_slug(text: str) -> str:
    """A readable slug: `Ünïcode & HTML` is `unicode-html`. Letters of other scripts are kept."""
    return slugify(text) or slugify(text, allow_unicode=True) or normalize("NFKC", text).lower()[:192]


def resolve_segments(model: type[Segment], entries: Iterable[Any], *, create: bool = False) -> Named:
    """The tags or lists that `entries` name: numbers and digits are ids, other words slugs or titles.

    With `create`, a word that names none creates one. One statement; two more if some are created, and two more
    if another row has the slug of one.
    """
    sent = [entry for entry in entries if isinstance(entry, str | int | float)]
    nameless = list(dict.fromkeys(entry for entry in sent if not is_name(entry)))
    wanted = [word for word in dict.fromkeys(plain_word(entry) for entry in sent if is_name(entry)) if word]
    if not wanted:
        return Named({}, nameless)
    words = [entry for entry in wanted if not is_id(entry)]
    ids = {entry: int(entry) for entry in wanted if is_id(entry)}
    there = look_up(model, words, ids=ids.values())
    found = {entry: pk for entry, pk in ids.items() if pk in there.ids}
    found |= {word: pk for word in words if (pk := there.row_of(word))}
    new = [word for word in words if create and word not in found and len(word) in NEW_TITLE]
    if new:
        made = create_missing(model, new, there)
        found |= {word: rows[0] for word, rows in made.titles.items()}
    ignored = [int(entry) if is_id(entry) else entry for entry in wanted if entry not in found]
    return Named({entry: found[entry] for entry in wanted if entry in found}, [*ignored, *nameless])


def is_name(entry: str | float) -> bool:
    """Whether an entry can name a tag or list. A number that cannot be an id is not a title either."""
    if isinstance(entry, bool):
        return False
    word = plain_word(entry)
    digits = word.isascii() and word.isdecimal()
    return is_id(word) if digits else not isinstance(entry, float) or word.startswith("-")


def plain_word(entry: str | float) -> str:
    """An entry as one line of text without NUL, which PostgreSQL cannot store. A whole number is its digits."""
    text = str(entry)
    if isinstance(entry, float) and "." in text:
        text = text.rstrip("0").rstrip(".")
    return composed(" ".join(text.replace("\x00", "").split()))


def is_id(entry: str) -> bool:
    return entry.isascii() and entry.isdecimal() and len(entry) <= 18


@dataclass
class Found:
    """The rows that the database has for words and ids."""

    ids: set[int] = field(default_factory=set)
    slugs: dict[str, int] = field(default_factory=dict)
    titles: dict[str, list[int]] = field(default_factory=dict)  # upward by id
    small_slugs: dict[str, int] = field(default_factory=dict)  # of words that are slugs but for their case
    folded: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)  # of the slugs asked for

    def row_of(self, word: str) -> int | None:
        """The row that a word names: by slug, else by title, else by slug without regard to case."""
        titled = self.titles.get(word, [None])
        return self.slugs.get(word) or titled[0] or self.small_slugs.get(word)


def look_up(
    model: type[Segment], entries: Sequence[str], *, ids: Iterable[int] = (), slugs: Iterable[str] = ()
) -> Found:
    """Look up words and ids, and which of the slugs are taken. One statement."""
    # No row has a longer word.
    words = [entry for entry in entries if len(entry) <= MAX_TITLE]
    parts = {"table": model._meta.db_table, "any_of": any_of(), "any_of_texts": any_of_texts(), "texts": texts()}
    sql, sets = FIND_IDS, [ids_parameter(ids)]
    if words:
        sql, parts = FIND, {**parts, "title": folded("t.title"), "value": folded("r.value")}
        sets += [ids_parameter(words)] * 4 + [ids_parameter(slugs)]
    found = Found()
    for entry, pk, how, text in read(sql.format(**parts), *sets):
        match how:
            case "id":
                found.ids.add(pk)
            case "slug":
                found.slugs[entry] = pk
            case "title":
                found.titles.setdefault(entry, []).append(pk)
            case "small slug":
                found.small_slugs[entry] = pk
            case "text":
                found.folded[entry] = text
            case "taken":
                found.taken.add(entry)
    return found


def create_missing(model: type[Segment], titles: Sequence[str], found: Found) -> Found:
    """Create a row for each title that no row has; returns the rows of all titles.

    Titles that `fold` to the same text create one row. Three statements, and three more if a slug is taken: of two
    titles with the same slug ("C++ devs", "C# devs") the second gets a number. If two requests create the same
    title at once, both try the same slugs, so only one of them creates it.
    """
    for _ in range(ATTEMPTS):
        # The first of the titles that fold to the same text.
        missing = {found.folded[title]: title for title in reversed(titles) if title not in found.titles}
        if not missing:
            break
        chosen: dict[str, str] = {}
        for text, title in missing.items():
            free = (slug for slug in slugs_of(text) if slug not in found.taken and slug not in chosen)
            chosen[next(free, f"{next(slugs_of(text))}-{token_hex(4)}")] = title
        # In the order of their slugs, so that two transactions that make the same ones wait for each other in one
        # order and never in a circle.
        create_new(model, [model(title=title, slug=slug) for slug, title in sorted(chosen.items())])
        found = look_up(model, titles, slugs=[slug for text in missing for slug in slugs_of(text)])
    return found


@transaction.atomic(savepoint=False)
def create_new(model: type[Segment], rows: Sequence[Segment]) -> None:
    """Insert the tags or lists whose slug is not taken, and record the new ones. At most two statements."""
    made = insert_new(rows, "title")
    record(Entry(f"{model.LINK}_created", None, {"title": title}, (model.LINK, pk)) for pk, title in made)


def slugs_of(text: str) -> Iterator[str]:
    """The slugs that are tried for a folded title: the plain one first, then numbered ones."""
    plain = make_slug(text)[:SLUG_ROOM] or "untitled"
    yield plain
    yield from (f"{plain}-{number}" for number in range(2, ATTEMPTS + 1))


def free_slugs(model: type[Segment], texts_by_title: Mapping[str, str]) -> dict[str, str]:
    """A free slug for each title, by its folded text. One statement."""
    tried = {text: list(slugs_of(text)) for text in texts_by_title.values()}
    wanted = [slug for slugs in tried.values() for slug in slugs]
    taken = set(model.objects.filter(slug__in=wanted).values_list("slug", flat=True)) if wanted else set()
    chosen: dict[str, str] = {}
    for text, slugs in tried.items():
        chosen[text] = next((slug for slug in slugs if slug not in taken), f"{slugs[0]}-{token_hex(4)}")
        taken.add(chosen[text])
    return {title: chosen[text] for title, text in texts_by_title.items()}


def slug_of_title(model: type[Segment], title: str) -> str:
    """A slug for a title, with a number if another title has the slug. At most two statements."""
    slug = make_slug(title)[:192]
    there = look_up(model, [title], slugs=[slug])
    if slug not in there.taken or title in there.titles:
        return slug
    return free_slugs(model, there.folded)[title]


def ids_by_title(model: type[Segment], titles: Iterable[str]) -> dict[str, list[int]]:
    """The ids, ascending, of the tags or lists with each title, as `fold` compares. One statement at most."""
    wanted = list(titles)
    return look_up(model, wanted).titles if wanted else {}


def tags_by_title(titles: Iterable[str], may: May) -> dict[str, int]:
    """The id of the tag with each title. Tags that do not exist are created. Raises MayNotMake.

    One statement, none without titles, and three more if some are created.
    """
    wanted = list(dict.fromkeys(titles))
    if not wanted:
        return {}
    found = look_up(Tag, wanted)
    if any(title not in found.titles for title in wanted):
        demand("segments.add_tag", may, "tags")
        found = create_missing(Tag, wanted, found)
    return {title: ids[0] for title, ids in found.titles.items()}


def existing_lists(ids: Iterable[int]) -> set[int]:
    """Those of the ids that lists have. One statement, none without ids."""
    wanted = list(ids)
    return set(ContactList.objects.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
