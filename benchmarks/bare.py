"""The bare statement: what is left of an answer when all that can be left out is.

A WSGI application on our own server with as many workers. Each answer is one statement
whose JSON the database makes, on a connection that stays open, prepared by psycopg; no framework, no
credentials, no parameters but numbers in the path, no totals. The rows are those that our server
answers: benchmarks.__main__ compares them before it measures. There is no faster honest way to
answer them from this database with Python, so it is what our server is held against.

    python -m benchmarks.bare PORT WORKERS      with DATABASE_URL in the environment
"""

# ruff: noqa: S608 - the statements are put together from constants; every value is a parameter

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import psycopg

TIME = "'YYYY-MM-DD HH24:MI:SS'"


def links(kind: str, table: str, key: str, target: str, model: str, *, public: str = "") -> str:
    """The tags, or lists, of contact `s` as a JSON list."""
    return f"""coalesce((
        SELECT json_agg(json_build_object(
            'id', t.id, 'title', t.title, 'slug', t.slug, 'description', t.description, {public}
            'created_at', to_char(t.created_at, {TIME}), 'updated_at', to_char(t.updated_at, {TIME}),
            'pivot', json_build_object(
                'subscriber_id', l.subscriber_id::text, 'object_id', t.id::text, 'object_type', '{model}',
                'created_at', to_char(l.created_at, {TIME}), 'updated_at', to_char(l.created_at, {TIME})
            )
        ) ORDER BY t.slug)
        FROM {table} l JOIN {target} t ON t.id = l.{key} WHERE l.subscriber_id = s.id
    ), '[]') AS {kind}"""


COLUMNS = f"""
    s.id, s.user_id::text, s.hash, s.contact_owner::text, NULL AS company_id, s.prefix, s.first_name, s.last_name,
    s.email, s.timezone, s.address_line_1, s.address_line_2, s.postal_code, s.city, s.state, s.country, s.ip,
    s.latitude::text, s.longitude::text, s.total_points::text, s.life_time_value::text, s.phone, s.status,
    s.contact_type, s.source, s.avatar, s.date_of_birth, to_char(s.created_at, {TIME}) AS created_at,
    to_char(s.last_activity, {TIME}) AS last_activity, to_char(changed.at, {TIME}) AS updated_at,
    trim(coalesce(s.first_name, '') || ' ' || coalesce(s.last_name, '')) AS full_name,
    coalesce(
        nullif(s.avatar, ''),
        'https://www.gravatar.com/avatar/' || encode(sha256(lower(s.email)::bytea), 'hex') || '?s=128'
    ) AS photo, NULL AS company, '[]'::json AS companies
"""
TAGS = links("tags", "subscribers_subscribertag", "tag_id", "segments_tag", r"FluentCrm\App\Models\Tag")
LISTS = links(
    "lists",
    "subscribers_subscriberlist",
    "list_id",
    "segments_contactlist",
    r"FluentCrm\App\Models\Lists",
    public="'is_public', CASE WHEN t.is_public THEN '1' ELSE '0' END,",
)
CONTACT = f"{COLUMNS}, {TAGS}, {LISTS}"
CONTACTS = "subscribers_subscriber s JOIN subscribers_lastchange changed ON changed.subscriber_id = s.id"


def page(ids: str, order: str = "s.id DESC", more: str = "") -> str:
    """A page of contacts: its ids by one narrow look, then the rows."""
    return f"""
        SELECT json_agg(row_to_json(contact))::text FROM (
            SELECT {CONTACT}{more} FROM ({ids}) chosen JOIN {CONTACTS} ON s.id = chosen.id ORDER BY {order}
        ) contact
    """


NEWEST = "SELECT id FROM subscribers_subscriber ORDER BY id DESC LIMIT"
CUSTOM = ", s.custom_values, s.custom_values AS custom_fields"
# What each is sorted by upward, as its index is; downward everything the other way round.
SORTS = {
    "created_at": "s.created_at ASC, s.id ASC",
    "last_activity": "s.last_activity ASC NULLS FIRST, s.id ASC",
    "email": 'lower(s.email COLLATE "C") ASC',
    "first_name": 'fold(s.first_name) COLLATE "C" ASC NULLS FIRST, s.id ASC',
    "last_name": 'fold(s.last_name) COLLATE "C" ASC NULLS FIRST, s.id ASC',
}
# Limits are constants: with a parameter PostgreSQL plans for a tenth of the table.
STATEMENTS = {
    "page-of-10": page(f"{NEWEST} 10"),
    "page-of-100": page(f"{NEWEST} 100"),
    "custom": page(f"{NEWEST} 10", more=CUSTOM),
    # From the nearer end, as our server does: the comparison is of answering, not of finding.
    "deep": page("SELECT id FROM subscribers_subscriber ORDER BY id LIMIT 10 OFFSET %s"),
    "tag": page(
        "SELECT subscriber_id AS id FROM subscribers_subscribertag WHERE tag_id = %s ORDER BY subscriber_id DESC LIMIT 10"
    ),
    # OFFSET 0 keeps the trigram index in the plan, which does not know the text that will come.
    "search": page(
        """
        SELECT id FROM (SELECT id FROM subscribers_subscriber WHERE search_text LIKE '%%' || %s || '%%' OFFSET 0) found
        ORDER BY id DESC LIMIT 10
        """
    ),
    **{
        f"{column}{suffix}": page(f"SELECT id FROM subscribers_subscriber s ORDER BY {order} LIMIT 10", order)
        for column, upward in SORTS.items()
        for suffix, order in (("-up", upward), ("", upward.replace("ASC", "DESC").replace("FIRST", "LAST")))
    },
    "one": f"SELECT row_to_json(contact)::text FROM (SELECT {CONTACT} FROM {CONTACTS} WHERE s.id = %s) contact",
    "tags": f"""
        SELECT json_agg(row_to_json(tag))::text FROM (
            SELECT t.id, t.title, t.slug, t.description, to_char(t.created_at, {TIME}) AS created_at,
                to_char(t.updated_at, {TIME}) AS updated_at, (
                    SELECT coalesce(sum(delta), 0)::bigint FROM segments_tally
                    WHERE kind = 'tag' AND object_id = t.id AND status = 'subscribed'
                ) AS "subscribersCount"
            FROM segments_tag t ORDER BY t.id DESC LIMIT 15
        ) tag
    """,
    # What is sent is what our server is sent; the row comes back without its tag and list.
    "create": f"""
        WITH s AS (
            INSERT INTO subscribers_subscriber (
                email, first_name, last_name, status, contact_type, hash, total_points, life_time_value, custom_values,
                created_at
            ) VALUES (
                %s, 'Ada', 'Novak', 'subscribed', 'lead', md5(random()::text || clock_timestamp()::text), 0, 0, '{{}}',
                now()
            ) RETURNING *
        ), tagged AS (
            INSERT INTO subscribers_subscribertag (subscriber_id, tag_id, created_at) SELECT id, 1, now() FROM s
        ), listed AS (
            INSERT INTO subscribers_subscriberlist (subscriber_id, list_id, created_at) SELECT id, 1, now() FROM s
        )
        SELECT row_to_json(contact)::text FROM (SELECT {COLUMNS} FROM s, LATERAL (SELECT s.created_at AS at) changed) contact
    """,
    "update": f"""
        WITH s AS (
            UPDATE subscribers_subscriber SET city = %s WHERE id = %s RETURNING *
        ), changed AS (
            UPDATE subscribers_lastchange SET at = now() FROM s WHERE subscriber_id = s.id RETURNING at
        )
        SELECT row_to_json(contact)::text FROM (SELECT {CONTACT} FROM s, changed) contact
    """,
}
connection: "psycopg.Connection[Any] | None" = None


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`/one/7` answers the statement "one" with the parameter 7."""
    global connection  # noqa: PLW0603 - one a process, as the workers are forked
    if connection is None:
        connection = psycopg.connect(
            os.environ["DATABASE_URL"],
            autocommit=True,
            options="-c timezone=UTC",
            prepare_threshold=None if "BARE_UNPREPARED" in os.environ else 5,
        )
    _, name, *parameters = unquote(environ["PATH_INFO"]).split("/")
    row = connection.execute(STATEMENTS[name], parameters).fetchone()
    body = row[0].encode() if row and row[0] else b"[]"
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    # Only to serve: the workers get by without Django.
    from fluentcrm_api.server.checks import listen  # noqa: PLC0415
    from fluentcrm_api.server.requests import Limits  # noqa: PLC0415
    from fluentcrm_api.server.supervisor import Supervisor  # noqa: PLC0415
    from fluentcrm_api.server.web import web_program  # noqa: PLC0415

    listener = listen("127.0.0.1", int(sys.argv[1]))
    # As many threads as the server has on an ordinary load: the connection is no thread's own.
    limits = Limits(threads=1)
    web = web_program(application, listener, int(sys.argv[2]), limits, stop_seconds=5)
    sys.exit(Supervisor([web], stop_seconds=5, on_ready=lambda: print("Serving", flush=True)).run())


if __name__ == "__main__":
    main()
