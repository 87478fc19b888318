"""Measure the admin's screens: the server's time for each, and its statements.

    python -m benchmarks.admin [--contacts N] [--database postgres|sqlite] [--rounds N] [--only TEXT] [--url URL]

A list whose number of rows is counted by a request of its own has the time of that request, too.

Django's test client asks each screen of a superuser, with the settings of production: the front page, each model's
list, its search and its filters, the form of a row and of a new one, a contact's page with its tabs, and the filters
of the list of contacts by themselves and together. A line is the median of the rounds, after one that warms up. `--url`
names a database that is kept: it is filled if it has no contacts, and measured again if it has.
"""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import django

from benchmarks.__main__ import isolate
from tests.postgres import stop_on_sigterm, throwaway_postgres

if TYPE_CHECKING:
    from django.test import Client

LIMIT = 100  # milliseconds that a screen may take
LIST = "/admin/subscribers/subscriber/"
# The list of contacts: what each query asks for.
QUERIES = {
    "all": "",
    "page 2": "?p=2",
    "the last page": "?p=last",
    "by e-mail": "?o=1",
    "by name": "?o=2",
    "bounced": "?status=bounced",
    "subscribed or pending": "?status=subscribed&status=pending",
    "of a type": "?contact_type=customer",
    "a common tag": "?tag=1",
    "one of two common tags": "?tag=1&tag=2",
    "two common tags": "?tag=1&tag=2&tag_mode=all",
    "a common and a rare tag": "?tag=1&tag=200&tag_mode=all",
    "neither of two tags": "?tag=1&tag=2&tag_mode=none",
    "a rare tag": "?tag=200",
    "a common tag, bounced": "?tag=1&status=bounced",
    "a tag and a list": "?tag=1&list=1",
    "a rare tag and a list": "?tag=200&list=2",
    "two tags, bounced, of a type": "?tag=1&tag=2&tag_mode=all&status=bounced&contact_type=customer",
    "a large company": "?company=1",
    "a segment": "?segment=1",
    "created in 30 days": "?created_from={month}",
    "created in 2 years": "?created_from={years}",
    "active in 30 days": "?active_from={month}",
    "search: a common word": "?q=smith",
    "search: two common words": "?q=ada+london",
    "search: a rare word": "?q=ada.smith.77",
    "search: nothing": "?q=nobodyhasthis",
    "search: a short word": "?q=ad",
    "search and a tag": "?q=smith&tag=1",
}


class Screen(NamedTuple):
    name: str
    address: str


def conditions() -> dict[str, list[list[dict[str, Any]]]]:
    """What the builder of conditions asks for."""
    city = {"source": ["subscriber", "city"], "operator": "=", "value": "Paris"}
    tag = {"source": ["segment", "tags"], "operator": "in", "value": ["1"]}
    rare = {"source": ["segment", "tags"], "operator": "in", "value": ["200"]}
    department = {"source": ["custom_fields", "department"], "operator": "contains", "value": "ess"}
    score = {"source": ["custom_fields", "score"], "operator": ">", "value": "990"}
    name = {"source": ["subscriber", "first_name"], "operator": "=", "value": "Ada"}
    return {
        "city": [[city]],
        "first name": [[name]],
        "city or a tag": [[city], [tag]],
        "city and a rare tag": [[city, rare]],
        "a custom text": [[department]],
        "a custom number": [[score]],
        "nobody": [[{**city, "value": "Nowhere"}]],
    }


def contact_screens(client: "Client") -> Iterator[Screen]:
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from staff.condition_reading import pack  # noqa: PLC0415

    days = {name: (timezone.now() - timedelta(days=ago)).date() for name, ago in (("month", 30), ("years", 700))}
    listed: Any = client.get(LIST)
    last = listed.context_data["cl"].paginator.num_pages
    for name, query in QUERIES.items():
        yield Screen(f"contacts, {name}", LIST + query.format(**days).replace("p=last", f"p={last}"))
    for name, groups in conditions().items():
        yield Screen(f"contacts, condition: {name}", f"{LIST}?where={pack(groups)}")
    yield Screen("contacts, the builder", f"{LIST}conditions/")
    for term in ("smith", "ada.smith.77", "tag", "nobodyhasthis"):
        yield Screen(f"Ctrl+K: {term}", f"/admin/search/?extended=1&s={term}")


def model_screens(client: "Client") -> Iterator[Screen]:
    """Each model's list, its search, its filters, and the pages of its newest row and of a new one."""
    from django.contrib import admin  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    for model, screen in sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label):  # noqa: SLF001
        opts = model._meta
        address = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        answer = client.get(address)
        if answer.status_code != 200:
            continue
        if address != LIST:
            yield Screen(f"{opts.verbose_name_plural}", address)
            changes: Any = getattr(answer, "context_data", {}).get("cl")
            if screen.search_fields:
                for term in ("example", "nobodyhasthis"):
                    yield Screen(f"{opts.verbose_name_plural}, search: {term}", f"{address}?q={term}")
            for spec in changes.filter_specs if changes else []:
                for choice in list(spec.choices(changes))[1:]:
                    if "query_string" in choice:
                        name = f"{opts.verbose_name_plural}, {spec.title}: {choice['display']}"
                        yield Screen(name, address + choice["query_string"])
        newest = model._default_manager.order_by("pk").first()
        if newest is not None:
            yield Screen(f"a {opts.verbose_name}", f"{address}{newest.pk}/change/")
        if screen.has_add_permission(answer.wsgi_request):
            yield Screen(f"a new {opts.verbose_name}", f"{address}add/")


def screens(client: "Client") -> Iterator[Screen]:
    yield Screen("front page", "/admin/")
    yield from contact_screens(client)
    yield from model_screens(client)


class Measured(NamedTuple):
    milliseconds: float
    statements: int
    status: int
    # Of the request that counts the rows of a list, where the page does not know their number.
    count_milliseconds: float | None


def measure(client: "Client", screen: Screen, rounds: int) -> Measured:
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    answer: Any = client.get(screen.address)
    took = milliseconds(client, screen.address, rounds)
    with CaptureQueriesContext(connection) as queries:
        client.get(screen.address)
    statements = len(queries)
    changes = (getattr(answer, "context_data", None) or {}).get("cl")
    counting = changes.count_address if changes and getattr(changes.paginator, "is_partial", False) else ""
    counted = milliseconds(client, counting, rounds) if counting else None
    return Measured(took, statements, answer.status_code, counted)


def milliseconds(client: "Client", address: str, rounds: int) -> float:
    """The median of the rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(address, headers={"Accept": "application/json"} if "/count/" in address else {})
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def signed_in() -> "Client":
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    user = User.objects.filter(username="benchmark").first() or User.objects.create_superuser("benchmark")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="postgres")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="only the screens whose name this regular expression finds")
    parser.add_argument("--url", default="", help="a database that is kept")
    return parser.parse_args()


def prepare(contacts: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from benchmarks.admin_dataset import make_admin_dataset  # noqa: PLC0415
    from database.timeouts import limit_statements  # noqa: PLC0415
    from subscribers.models import Subscriber  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not Subscriber.objects.exists():
        began = time.monotonic()
        make_admin_dataset(contacts)
        print(f"{contacts:,} contacts made in {time.monotonic() - began:.0f} s.", file=sys.stderr)
    connection.close()
    limit_statements()


def main() -> None:
    options = read_options()
    stop_on_sigterm()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fluentcrm-admin-")))
        choose: dict[str, Callable[[], str]] = {
            "sqlite": lambda: f"sqlite:///{folder / 'admin.sqlite3'}",
            "postgres": lambda: stack.enter_context(throwaway_postgres()),
        }
        isolate(options.url or choose[options.database](), folder, "both")
        django.setup()
        prepare(options.contacts)
        client = signed_in()
        print("| screen | ms | statements | its number, ms | |\n| --- | --: | --: | --: | --- |")
        for screen in screens(client):
            if re.search(options.only, screen.name):
                one = measure(client, screen, options.rounds)
                note = "" if one.status == 200 else str(one.status)
                note += " over the limit" if one.milliseconds > LIMIT else ""
                count = "" if one.count_milliseconds is None else f"{one.count_milliseconds:,.0f}"
                cells = [screen.name, f"{one.milliseconds:,.0f}", str(one.statements), count, note.strip()]
                print(f"| {' | '.join(cells)} |", flush=True)
        from django.db import connection  # noqa: PLC0415 - as above

        connection.close()


if __name__ == "__main__":
    main()
