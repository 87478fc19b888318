"""Contacts out of the database, fast: fixed SQL, whatever the number of contacts.

Every place that shows contacts reads them here and gives them its own words
(subscribers.api.representation has FluentCRM's). Making one statement's text through the ORM costs
more than running it, and a serializer eight times more than both: shared/measurements in numbers,
docs/decisions/0002 in words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from companies.models import COLUMNS as COMPANY_COLUMNS
from database.sql import any_of, folded, ids_parameter, plain_address, read, read_json

# The columns of a contact in the order in which they are read (the wire's order).
COLUMNS = (
    "id user_id hash contact_owner company_id prefix first_name last_name email timezone address_line_1 address_line_2 "
    "postal_code city state country ip latitude longitude total_points life_time_value phone status contact_type "
    "source avatar date_of_birth created_at last_activity updated_at"
).split()
COMPANY_ID = COLUMNS.index("company_id")
# What FluentCRM's wire does not have, in the order of Further.
FURTHER = """job_title, website,
    (SELECT p.slug FROM pipelines_stage p WHERE p.id = pipeline_stage_id),
    (SELECT p.name FROM pipelines_stage p WHERE p.id = pipeline_stage_id)"""
# Times stay texts, in UTC on both databases: a page has 15 a contact, and making datetimes of them
# and texts again takes half of its time. database.sql.as_datetime makes one where it is wanted.
DATETIMES = frozenset({"created_at", "last_activity", "updated_at"})
# updated_at has a table of its own (subscribers.models.LastChange), of which each contact has a row.
STORED = {"updated_at": "at"}
READ = ", ".join(f"CAST({STORED.get(name, name)} AS text)" if name in DATETIMES else name for name in COLUMNS)
CONTACTS = f"""
    SELECT {READ}, {{custom_values}}{{further}}
    FROM subscribers_subscriber JOIN subscribers_lastchange ON subscriber_id = id WHERE id {{any_of}}
"""
# One statement for both kinds of links; the columns are those of Link.
LINKS = """
    SELECT 'tag', l.subscriber_id, CAST(l.created_at AS text), t.id, t.title, t.slug, t.description, NULL,
        CAST(t.created_at AS text), CAST(t.updated_at AS text)
    FROM subscribers_subscribertag l JOIN segments_tag t ON t.id = l.tag_id WHERE l.subscriber_id {any_of}
    UNION ALL
    SELECT 'list', l.subscriber_id, CAST(l.created_at AS text), t.id, t.title, t.slug, t.description, t.is_public,
        CAST(t.created_at AS text), CAST(t.updated_at AS text)
    FROM subscribers_subscriberlist l JOIN segments_contactlist t ON t.id = l.list_id WHERE l.subscriber_id {any_of}
"""
COMPANIES = f"""
    SELECT l.subscriber_id, l.created_at, {", ".join(f"c.{name}" for name in COMPANY_COLUMNS)},
        c.custom_values, c.created_at, c.updated_at
    FROM subscribers_subscribercompany l JOIN companies_company c ON c.id = l.company_id
    WHERE l.subscriber_id {{any_of}} ORDER BY l.company_id
"""
# By the columns that have an index or, as updated_at, a narrow table of their own, each with the id last.
# Empty values come first upward, so that one index serves both directions.
ORDERS = {
    "id": "id {direction}",
    "created_at": "created_at {direction}, id {direction}",
    "updated_at": "at {direction}, id {direction}",
    "last_activity": "last_activity {direction} NULLS {nulls}, id {direction}",
    "email": "{email} {direction}",
    "first_name": "{first_name} {direction} NULLS {nulls}, id {direction}",
    "last_name": "{last_name} {direction} NULLS {nulls}, id {direction}",
}
IDS = "SELECT id FROM {table} ORDER BY {order} LIMIT %s OFFSET %s"
LAST_CHANGES = "(SELECT subscriber_id AS id, at FROM subscribers_lastchange) AS changes"
LINKED_IDS = """
    SELECT subscriber_id FROM subscribers_subscriber{kind} WHERE {kind}_id = %s
    ORDER BY subscriber_id {direction} LIMIT %s OFFSET %s
"""
FOLLOWING = "SELECT id FROM subscribers_subscriber WHERE id > %s ORDER BY id LIMIT %s OFFSET %s"
LINKED_FOLLOWING = """
    SELECT subscriber_id FROM subscribers_subscriber{kind} WHERE {kind}_id = %s AND subscriber_id > %s
    ORDER BY subscriber_id LIMIT %s OFFSET %s
"""
EXISTING = "SELECT id FROM subscribers_subscriber WHERE id {any_of} ORDER BY id"
FIND_BY_EMAIL = "SELECT id FROM subscribers_subscriber WHERE {email} = {sent}"


class Link(NamedTuple):
    """A tag or a list, and since when the contact has it."""

    kind: str
    subscriber_id: int
    linked_at: str
    id: int
    title: str
    slug: str
    description: str | None
    is_public: bool | None
    created_at: str
    updated_at: str


by_slug = attrgetter("slug")


class Membership(NamedTuple):
    """A company that a contact belongs to, and since when; `values` are those of companies' COLUMNS."""

    subscriber_id: int
    linked_at: datetime
    values: tuple[Any, ...]
    custom_values: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def company_id(self) -> int:
        return self.values[0]


class Further(NamedTuple):
    """The columns of a contact that FluentCRM's wire does not have."""

    job_title: str | None
    website: str | None
    stage_slug: str | None
    stage_name: str | None


class Contact(NamedTuple):
    """One contact as the database has it. `values` has a value for each of COLUMNS."""

    values: tuple[Any, ...]
    tags: list[Link]
    lists: list[Link]
    companies: list[Membership]
    custom_values: dict[str, Any] | None
    further: Further | None = None

    @property
    def primary_company_id(self) -> int | None:
        return self.values[COMPANY_ID]


def read_contacts(ids: Sequence[int], *, custom_values: bool = False, further: bool = False) -> list[Contact]:
    """The contacts of those ids, in that order, with their tags and lists; who is gone is left out.

    Two statements, and one where any of them belongs to a company. `custom_values` asks for those too; they hold values of removed fields as well.
    `further` asks for what FluentCRM's wire does not have.
    """
    if not ids:
        return []
    wanted = ids_parameter(ids)
    sql = CONTACTS.format(
        any_of=any_of(keep_plan=True),
        custom_values="custom_values" if custom_values else "NULL",
        further=f", {FURTHER}" if further else "",
    )
    rows = read(sql, wanted)
    links: dict[str, dict[int, list[Link]]] = {"tag": {}, "list": {}}
    for row in read(LINKS.format(any_of=any_of(keep_plan=True)), wanted, wanted):
        links[row[0]].setdefault(row[1], []).append(Link(*row))
    for of_kind in links.values():
        for of_contact in of_kind.values():
            of_contact.sort(key=by_slug)  # as recorded in contact-create.json
    companies: dict[int, list[Membership]] = {}
    # Whoever belongs to a company has a primary one.
    if members := [row[0] for row in rows if row[COMPANY_ID] is not None]:
        for pk, linked_at, *columns, custom, created, updated in read(
            COMPANIES.format(any_of=any_of(keep_plan=True)), ids_parameter(members)
        ):
            membership = Membership(pk, linked_at, tuple(columns), read_json(custom), created, updated)
            companies.setdefault(pk, []).append(membership)
    by_id: dict[int, Any] = {row[0]: row for row in rows}
    width = len(COLUMNS)
    return [
        Contact(
            values[:width],
            links["tag"].get(pk, []),
            links["list"].get(pk, []),
            companies.get(pk, []),
            read_json(values[width]),
            Further(*values[width + 1 :]) if further else None,
        )
        for pk in ids
        if (values := by_id.get(pk))
    ]


def page_of_all(column: str, offset: int, limit: int, *, descending: bool) -> list[int]:
    """Ids of contacts in one of ORDERS. One statement."""
    order = ORDERS[column].format(
        direction="DESC" if descending else "ASC",
        nulls="LAST" if descending else "FIRST",
        email=plain_address("email"),
        first_name=folded("first_name"),
        last_name=folded("last_name"),
    )
    table = LAST_CHANGES if column == "updated_at" else "subscribers_subscriber"
    return [row[0] for row in read(IDS.format(table=table, order=order), limit, offset)]


def page_of_segment(kind: str, pk: int, offset: int, limit: int, *, descending: bool) -> list[int]:
    """Ids of the contacts that have that "tag" or "list". One statement.

    Straight from the links, whose index has this order: at page 500 of a common tag a hundred times
    faster than asking of each contact whether it has the tag.
    """
    sql = LINKED_IDS.format(kind=kind, direction="DESC" if descending else "ASC")
    return [row[0] for row in read(sql, pk, limit, offset)]


def following(after: int, offset: int, limit: int) -> list[int]:
    """Ids of contacts above one, upward. One statement, as fast for the last contacts as for the first."""
    return [row[0] for row in read(FOLLOWING, after, limit, offset)]


def following_of_segment(kind: str, pk: int, after: int, offset: int, limit: int) -> list[int]:
    """The same of the contacts that have that "tag" or "list"."""
    return [row[0] for row in read(LINKED_FOLLOWING.format(kind=kind), pk, after, limit, offset)]


def find_id_by_email(email: str) -> int | None:
    """The id of the contact of that address, in any case. One statement."""
    rows = read(
        FIND_BY_EMAIL.format(email=plain_address("email"), sent=plain_address("CAST(%s AS text)")), email.strip()
    )
    return rows[0][0] if rows else None


def existing_ids(ids: Iterable[int]) -> list[int]:
    """Those of the ids that contacts have, upward. One statement."""
    return [row[0] for row in read(EXISTING.format(any_of=any_of(keep_plan=True)), ids_parameter(ids))]


def as_degrees(value: Any) -> Decimal | None:
    """Degrees as either database gives them to fixed SQL, with eight places: SQLite keeps a float."""
    return None if value is None else Decimal(str(value)).quantize(Decimal("1e-8"))
