"""Compare ways to store custom values in PostgreSQL and SQLite. One file, as it runs alone and imports no app.

json        one JSON column in the contact's row (jsonb in PostgreSQL, text in SQLite)
json_index  the same with an index: GIN jsonb_path_ops in PostgreSQL, one field's expression in SQLite
rows        one row a value: (subscriber_id, field_id, value), unique and indexed by value
side        one JSON row a contact in a table of its own

    python benchmarks/custom_values.py --database-url postgres://user@127.0.0.1/scratch --contacts 100000
    python benchmarks/custom_values.py --database-url sqlite:////tmp/scratch.sqlite3

Each operation is run in turn for every candidate, in rounds; the table shows medians in milliseconds.
It makes tables named bench_* and drops them at the end, and a SQLite file it made itself.
docs/decisions has what was concluded from the numbers.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect as connect_sqlite
from typing import Any

import psycopg

CANDIDATES = ("json", "json_index", "rows", "side")
VALUE_TABLES = {"rows": "bench_rows_value", "side": "bench_side_value"}
FIELDS = ("company", "job_title", "remarks", "score", "plan", "size", "interests", "renews_on", "called_at")
FIELD_IDS = {field: number for number, field in enumerate(FIELDS, start=1)}
FILLED = 0.7  # of the values
RARE_WORD = 0.01  # of the remarks
SEARCH_TEXT = (
    "lower(first_name || ' ' || last_name || ' ' || email || ' ' || phone || ' ' || city || ' ' || postal_code)"
)
INSERTED = 10_000
COLUMNS = {
    "id": "bigint",
    "user_id": "bigint",
    "hash": "text",
    "prefix": "text",
    "first_name": "text",
    "last_name": "text",
    "email": "text",
    "phone": "text",
    "address_line_1": "text",
    "address_line_2": "text",
    "postal_code": "text",
    "city": "text",
    "state": "text",
    "country": "text",
    "ip": "text",
    "timezone": "text",
    "date_of_birth": "text",
    "latitude": "float8",
    "longitude": "float8",
    "source": "text",
    "avatar": "text",
    "company_id": "bigint",
    "contact_owner": "bigint",
    "life_time_value": "bigint",
    "total_points": "bigint",
    "status": "text",
    "contact_type": "text",
    "sms_status": "text",
    "last_activity": "text",
    "created_at": "text",
    "updated_at": "text",
}
FIRST_NAMES = "Ada Ben Chloe David Emma Farid Grace Hugo Ines Jonas Kim Lena Maria Noah Olga Pavel Rosa Sam".split()
LAST_NAMES = "Smith Jones Garcia Müller Rossi Novak Silva Khan Chen Dubois Larsen Kowalski Brown Weber Sato".split()
CITIES = "London Berlin Paris Madrid Rome Vienna Prague Lisbon Dublin Oslo Warsaw Boston Austin Denver".split()
JOB_TITLES = ["Manager"] * 6 + [f"{level} {job}" for level in ("Junior", "Senior") for job in FIRST_NAMES[:12]]
STEMS = "met called wants asked likes needs sent paid new old".split()
WORDS = [stem + ending for stem in STEMS for ending in ("ly", "er", "ing", "ed", "s")]
INTERESTS = "golf tennis chess music travel cooking reading running sailing films".split()

Contact = tuple[tuple[Any, ...], dict[str, Any]]


def make_contacts(first_id: int, count: int) -> list[Contact]:
    """Contacts with the ids from `first_id` on: the row's columns and the custom values, the same every time."""
    rng = random.Random(first_id)  # noqa: S311 - sample data
    made = []
    for number in range(first_id, first_id + count):
        first, last, city = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES), rng.choice(CITIES)
        day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        at = day.strftime("%Y-%m-%d %H:%M:%S")
        row = (
            number, number % 5000, f"{rng.getrandbits(128):032x}", rng.choice(["Mr", "Mrs", ""]), first, last,
            f"{first}.{last}.{number}@mail{number % 40}.example.com", f"+44 20 {rng.randrange(10**7):07d}",
            f"{rng.randrange(1, 300)} {rng.choice(LAST_NAMES)} Street", rng.choice(["", "", f"Flat {number % 90}"]),
            f"{rng.randrange(10**5):05d}", city, f"{city} County", rng.choice(["GB", "DE", "US", "FR", "ES"]),
            f"10.{number % 251}.{number % 241}.{number % 239}", "Europe/London", f"19{rng.randrange(50, 99)}-04-12",
            rng.uniform(-90, 90), rng.uniform(-180, 180), rng.choice(["web", "import", "api"]),
            f"https://www.example.com/avatars/{number}.png", number % 3000, number % 20, rng.randrange(10**5),
            rng.randrange(1000), rng.choice(["subscribed"] * 8 + ["pending", "unsubscribed"]),
            rng.choice(["lead", "customer"]), "pending", at, at, at,
        )  # fmt: skip
        values: dict[str, Any] = {
            "company": f"{rng.choice(LAST_NAMES)} & {rng.choice(LAST_NAMES)} {rng.randrange(100)} Ltd",
            "job_title": rng.choice(JOB_TITLES),
            "remarks": " ".join(rng.choices(WORDS, k=15)) + (" zeppelin" if rng.random() < RARE_WORD else ""),
            "score": rng.randrange(1000),
            "plan": rng.choice(["Free", "Silver", "Gold"]),
            "size": rng.choice(["S", "M", "L", "XL"]),
            "interests": rng.sample(INTERESTS, rng.randrange(1, 5)),
            "renews_on": day.strftime("%Y-%m-%d"),
            "called_at": at,
        }
        made.append((row, {field: value for field, value in values.items() if rng.random() < FILLED}))
    return made


class Database:
    """One connection; SQL is written with PostgreSQL's %s placeholders."""

    def __init__(self, url: str) -> None:
        self.is_postgres = not url.startswith("sqlite:///")
        if self.is_postgres:
            self.connection: Any = psycopg.connect(url, autocommit=True, prepare_threshold=None)
            return
        self.connection = connect_sqlite(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            self.connection.execute(f"PRAGMA {pragma}")

    def run(self, sql: str, parameters: tuple[Any, ...] = ()) -> Any:
        if self.is_postgres:
            return self.connection.execute(sql, parameters)
        return self.connection.execute(sql.replace("%s", "?").replace("%%", "%"), parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.run("BEGIN")
        yield
        self.run("COMMIT")

    def insert(self, table: str, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
        if self.is_postgres:
            arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
            sql = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"  # noqa: S608
            self.run(sql, tuple(map(list, zip(*rows, strict=True))))
        else:
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608

    def tidy(self, candidate: str) -> None:
        """Clear away dead rows, as autovacuum or a checkpoint does in time."""
        if self.is_postgres:
            for table in tables_of(candidate):
                self.run(f"VACUUM ANALYZE {table}")
        else:
            self.run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def bytes_of(self, candidate: str) -> int:
        names = tables_of(candidate)
        if self.is_postgres:
            return sum(self.run("SELECT pg_total_relation_size(%s::regclass)", (name,)).fetchone()[0] for name in names)
        sql = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = %s)"
        return sum(self.run(sql, (name,)).fetchone()[0] for name in names)


def tables_of(candidate: str) -> list[str]:
    return [f"bench_{candidate}", *([VALUE_TABLES[candidate]] if candidate in VALUE_TABLES else [])]


def create(database: Database, candidate: str, fillfactor: int) -> None:
    table, json_type = f"bench_{candidate}", "jsonb" if database.is_postgres else "text"
    columns = ", ".join(f"{name} {kind} NOT NULL" for name, kind in COLUMNS.items())
    key_type = "bigint" if database.is_postgres else "integer"  # SQLite's rowid has to be called integer
    columns = columns.replace("id bigint NOT NULL", f"id {key_type} PRIMARY KEY", 1)
    own = f", custom_values {json_type} NOT NULL" if candidate.startswith("json") else ""
    options = f" WITH (fillfactor = {fillfactor})" if database.is_postgres else ""
    columns += f", search_text text GENERATED ALWAYS AS ({SEARCH_TEXT}) STORED{own}"
    database.run(f"CREATE TABLE {table} ({columns}){options}")
    reference = f"REFERENCES {table} (id) DEFERRABLE INITIALLY DEFERRED"
    if candidate == "rows":
        database.run(
            f"CREATE TABLE bench_rows_value (id {'bigserial' if database.is_postgres else 'integer'} PRIMARY KEY,"
            f" subscriber_id bigint NOT NULL {reference}, field_id integer NOT NULL, value text NOT NULL)",
        )
    elif candidate == "side":
        database.run(
            f"CREATE TABLE bench_side_value (subscriber_id {key_type} PRIMARY KEY {reference},"
            f" custom_values {json_type} NOT NULL)",
        )


def create_indexes(database: Database, candidate: str) -> None:
    table = f"bench_{candidate}"
    database.run(f"CREATE INDEX {table}_status ON {table} (status, id)")
    database.run(f"CREATE UNIQUE INDEX {table}_email ON {table} (lower(email))")
    if database.is_postgres:
        database.run(f"CREATE INDEX {table}_search ON {table} USING gin (search_text gin_trgm_ops)")
    if candidate == "json_index":
        indexed = "USING gin (custom_values jsonb_path_ops)"
        if not database.is_postgres:
            indexed = "(json_extract(custom_values, '$.company'))"
        database.run(f"CREATE INDEX {table}_values ON {table} {indexed}")
    elif candidate == "rows":
        database.run("CREATE UNIQUE INDEX bench_rows_one ON bench_rows_value (subscriber_id, field_id)")
        database.run("CREATE INDEX bench_rows_by_value ON bench_rows_value (field_id, value, subscriber_id)")


def insert_contacts(database: Database, candidate: str, contacts: list[Contact]) -> None:
    table, json_type = f"bench_{candidate}", "jsonb"
    with database.transaction():
        if candidate.startswith("json"):
            rows = [(*row, json.dumps(values)) for row, values in contacts]
            database.insert(table, {**COLUMNS, "custom_values": json_type}, rows)
            return
        database.insert(table, COLUMNS, [row for row, _ in contacts])
        if candidate == "side":
            rows = [(row[0], json.dumps(values)) for row, values in contacts]
            database.insert("bench_side_value", {"subscriber_id": "bigint", "custom_values": json_type}, rows)
        else:
            rows = [
                (row[0], FIELD_IDS[field], json.dumps(value) if isinstance(value, list) else str(value))
                for row, values in contacts
                for field, value in values.items()
            ]
            columns = {"subscriber_id": "bigint", "field_id": "integer", "value": "text"}
            database.insert("bench_rows_value", columns, rows)


def delete_contacts(database: Database, candidate: str, first_id: int) -> None:
    with database.transaction():
        if candidate in VALUE_TABLES:
            database.run(f"DELETE FROM {VALUE_TABLES[candidate]} WHERE subscriber_id >= %s", (first_id,))  # noqa: S608
        database.run(f"DELETE FROM bench_{candidate} WHERE id >= %s", (first_id,))  # noqa: S608


def read_page(database: Database, candidate: str, where: str, parameters: tuple[Any, ...], size: int) -> int:
    """Read the newest contacts that match, with all their values as Python values; returns how many."""
    sql = f"SELECT c.* FROM {source(candidate, where)} WHERE {where} ORDER BY c.id DESC LIMIT {size}"  # noqa: S608
    page = database.run(sql, parameters).fetchall()
    found = page
    if candidate in VALUE_TABLES and page:
        values: dict[int, dict[int, str]] = {row[0]: {} for row in page}
        what = "subscriber_id, field_id, value" if candidate == "rows" else "subscriber_id, custom_values"
        marks = ", ".join(["%s"] * len(page))
        sql = f"SELECT {what} FROM {VALUE_TABLES[candidate]} WHERE subscriber_id IN ({marks})"  # noqa: S608
        found = database.run(sql, tuple(values)).fetchall()
    if candidate == "rows":
        for contact, field, value in found:
            values[contact][field] = value
    elif not database.is_postgres:
        [json.loads(row[-1]) for row in found]  # psycopg has parsed jsonb already
    return len(page)


def source(candidate: str, where: str) -> str:
    if "v." in where:
        return f"bench_{candidate} c JOIN {VALUE_TABLES[candidate]} v ON v.subscriber_id = c.id"
    return f"bench_{candidate} c"


def condition(database: Database, candidate: str, field: str, operator: str, value: Any) -> tuple[str, tuple[Any, ...]]:
    """The WHERE clause that keeps contacts whose `field` matches, and its parameters."""
    like = "ILIKE" if database.is_postgres else "LIKE"
    if candidate == "rows":
        test, parameter = {
            "=": ("v.value = %s", value),
            "contains": (f"v.value {like} %s", f"%{value}%"),
            ">": ("CAST(v.value AS numeric) > %s", value),
            "includes": ("v.value LIKE %s", f'%"{value}"%'),
        }[operator]
        return f"v.field_id = {FIELD_IDS[field]} AND {test}", (parameter,)
    column = "v.custom_values" if candidate == "side" else "c.custom_values"
    if database.is_postgres:
        test, parameter = {
            "=": (f"{column} @> %s::jsonb", json.dumps({field: value})),
            "contains": (f"{column} ->> '{field}' ILIKE %s", f"%{value}%"),
            ">": (f"{column} -> '{field}' > %s::jsonb", json.dumps(value)),
            "includes": (f"{column} @> %s::jsonb", json.dumps({field: [value]})),
        }[operator]
        return test, (parameter,)
    extract = f"json_extract({column}, '$.{field}')"
    test, parameter = {
        "=": (f"{extract} = %s", value),
        "contains": (f"{extract} LIKE %s", f"%{value}%"),
        ">": (f"{extract} > %s", value),
        "includes": (f"EXISTS (SELECT 1 FROM json_each({column}, '$.{field}') e WHERE e.value = %s)", value),  # noqa: S608
    }[operator]
    return test, (parameter,)


def filter_contacts(database: Database, candidate: str, test: tuple[str, str, Any]) -> int:
    """Read a page of the 10 newest matches and count all of them; returns the count."""
    where, parameters = condition(database, candidate, *test)
    sql = f"SELECT count(*) FROM {source(candidate, where)} WHERE {where}"  # noqa: S608
    count: int = database.run(sql, parameters).fetchone()[0]
    read_page(database, candidate, where, parameters, 10)
    return count


def update_field(database: Database, candidate: str, value: str, where: str, *, touch: bool) -> None:
    """Set the field `plan` on the contacts that match, in one statement; `touch` sets updated_at as well."""
    touched = ", updated_at = '2026-01-01 00:00:00'" if touch else ""
    merge = "custom_values || %s::jsonb" if database.is_postgres else "json_patch(custom_values, %s)"
    patch = (json.dumps({"plan": value}),)
    with database.transaction():
        if candidate.startswith("json"):
            database.run(f"UPDATE bench_{candidate} SET custom_values = {merge}{touched} WHERE {where}", patch)  # noqa: S608
            return
        if candidate == "side":
            where_side = where.replace("id", "subscriber_id")
            database.run(f"UPDATE bench_side_value SET custom_values = {merge} WHERE {where_side}", patch)  # noqa: S608
        else:
            database.run(
                "INSERT INTO bench_rows_value (subscriber_id, field_id, value)"  # noqa: S608
                f" SELECT id, {FIELD_IDS['plan']}, {'%s::text' if database.is_postgres else '%s'}"
                f" FROM bench_rows WHERE {where}"
                " ON CONFLICT (subscriber_id, field_id) DO UPDATE SET value = excluded.value",
                (value,),
            )
        if touch:
            database.run(f"UPDATE bench_{candidate} SET {touched.removeprefix(', ')} WHERE {where}")  # noqa: S608


def report(name: str, numbers: dict[str, float]) -> None:
    sys.stdout.write(f"{name:34}" + "".join(f"{numbers[candidate]:12.2f}" for candidate in CANDIDATES) + "\n")
    sys.stdout.flush()


def compare(
    name: str,
    rounds: int,
    work: Callable[[str, int], object],
    between: Callable[[str], object] = lambda _: None,
) -> None:
    """Time `work(candidate, round)` for the candidates in turn and report the medians; `between` is not timed."""
    times: dict[str, list[float]] = {candidate: [] for candidate in CANDIDATES}
    for number in range(rounds):
        for candidate in random.sample(CANDIDATES, k=len(CANDIDATES)):
            between(candidate)
            start = time.perf_counter()
            work(candidate, number)
            times[candidate].append((time.perf_counter() - start) * 1000)
    report(name, {candidate: statistics.median(times[candidate]) for candidate in CANDIDATES})


def measure_reads(database: Database, contacts: int, rounds: int) -> None:
    for size in (10, 100):
        newest = [random.randrange(size, contacts) for _ in range(rounds * 20)]  # noqa: S311 - picks pages
        compare(
            f"list of {size}",
            len(newest),
            lambda candidate, number: read_page(database, candidate, "c.id <= %s", (newest[number],), size),  # noqa: B023
            lambda candidate: read_page(database, candidate, "c.id <= %s", (contacts // 2,), 100),
        )
    rare = next(values["company"] for _, values in make_contacts(1, 100) if "company" in values)
    for name, test in {
        "text equal, rare": ("company", "=", rare),
        "text equal, common": ("job_title", "=", "Manager"),
        "text contains": ("remarks", "contains", "zeppelin"),
        "number greater": ("score", ">", 990),
        "multi choice includes": ("interests", "includes", "golf"),
    }.items():
        (count,) = {filter_contacts(database, candidate, test) for candidate in CANDIDATES}  # they must agree
        compare(
            f"{name} ({count})",
            rounds * 3,
            lambda candidate, _: filter_contacts(database, candidate, test),  # noqa: B023
            lambda candidate: filter_contacts(database, candidate, test),  # noqa: B023 - warms up
        )


def measure_writes(database: Database, contacts: int, rounds: int) -> None:
    for name, where, touch in (
        (f"update of {contacts // 10}", "id %% 10 = ", False),
        (f"update of {contacts}", "id > -", False),
        (f"update of {contacts} + updated_at", "id > -", True),
    ):

        def update(candidate: str, number: int, where: str = where, touch: bool = touch) -> None:
            update_field(database, candidate, f"round {number}", f"{where}{number % 10}", touch=touch)

        compare(name, rounds, update, database.tidy)
    more = make_contacts(contacts + 1, INSERTED)

    def remove(candidate: str) -> None:
        delete_contacts(database, candidate, contacts + 1)
        database.tidy(candidate)

    compare(f"insert of {INSERTED}", rounds, lambda candidate, _: insert_contacts(database, candidate, more), remove)
    for candidate in CANDIDATES:
        remove(candidate)


def drop(database: Database) -> None:
    for candidate in CANDIDATES:
        for table in reversed(tables_of(candidate)):
            database.run(f"DROP TABLE IF EXISTS {table}")


def measure(database: Database, contacts: int, rounds: int, fillfactor: int) -> None:
    for candidate in CANDIDATES:
        create(database, candidate, fillfactor)
    for first_id in range(1, contacts + 1, 5000):
        batch = make_contacts(first_id, min(5000, contacts + 1 - first_id))
        for candidate in CANDIDATES:
            insert_contacts(database, candidate, batch)
    for candidate in CANDIDATES:
        create_indexes(database, candidate)
        database.tidy(candidate)
    if not database.is_postgres:
        database.run("ANALYZE")
    sys.stdout.write(f"{'milliseconds':34}" + "".join(f"{candidate:>12}" for candidate in CANDIDATES) + "\n")
    report("disk, MB", {candidate: database.bytes_of(candidate) / 1e6 for candidate in CANDIDATES})
    measure_reads(database, contacts, rounds)
    measure_writes(database, contacts, rounds)
    report("disk after the writes, MB", {candidate: database.bytes_of(candidate) / 1e6 for candidate in CANDIDATES})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default="sqlite:////tmp/bench_custom_values.sqlite3")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fillfactor", type=int, default=100, help="of the contacts' table, PostgreSQL only")
    options = parser.parse_args()
    file = Path(options.database_url.removeprefix("sqlite:///"))
    made_file = options.database_url.startswith("sqlite:///") and not file.exists()
    database = Database(options.database_url)
    made_extension = False
    if database.is_postgres:
        made_extension = not database.run("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone()
        database.run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    try:
        drop(database)
        measure(database, options.contacts, options.rounds, options.fillfactor)
    finally:
        if database.is_postgres:
            database.connection.rollback()  # of what was going on when it stopped
        elif database.connection.in_transaction:
            database.run("ROLLBACK")
        drop(database)
        if made_extension:
            database.run("DROP EXTENSION pg_trgm")
        database.connection.close()
        if made_file:
            file.unlink()


if __name__ == "__main__":
    main()
