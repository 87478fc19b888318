"""Lists while a tag takes everybody into an automation: `python -m benchmarks.enrolment [--contacts N] [--database sqlite]`.

The server and its worker run as `manage.py serve` starts them. A client reads the first page of the contacts, one
request after the other: at first alone, then while a bulk action tags everybody and the worker enrols whoever got the tag.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path

import django

from benchmarks.__main__ import isolate, prepare, running
from benchmarks.client import Load, load, make_request
from benchmarks.jobs import BASE, Site
from tests.postgres import free_port, stop_on_sigterm, throwaway_postgres

ALONE_SECONDS = 10
# So long is one look at the lists while others work.
LOOK_SECONDS = 1
NO_LIMIT = 10**9


def measure(site: Site, contacts: int) -> None:
    from automations.models import Enrolment  # noqa: PLC0415 - Django has to be set up first
    from tests.automations.working import TAGGED, automation, wait  # noqa: PLC0415

    request = make_request("GET", f"{BASE}/subscribers?per_page=10", {"Authorization": site.authorization})

    def read(seconds: float) -> Load:
        return load(site.port, repeat(request), connections=1, seconds=seconds, most=NO_LIMIT)

    def read_until(is_over: Callable[[], bool]) -> tuple[Load, float]:
        """All answers until then, and how many seconds it took."""
        latencies: list[float] = []
        began = time.monotonic()
        while not is_over():
            latencies += read(LOOK_SECONDS).latencies
        seconds = time.monotonic() - began
        return Load(len(latencies) / seconds, sorted(latencies)), seconds

    def tell(what: str, measured: Load, seconds: float) -> None:
        p50, p99 = measured.percentile(50), measured.percentile(99)
        slowest = measured.latencies[-1] * 1000
        print(f"| {what} | {seconds:.1f} | {p50:.1f} | {p99:.1f} | {p99 / before.percentile(99):.1f} | {slowest:.1f} |")

    tag = site.call("POST", "/tags", {"title": "Everybody"})["lists"]["id"]
    automation(wait(), trigger=TAGGED)
    read(1)
    before = read(ALONE_SECONDS)
    print("| a list of ten | seconds | p50 ms | p99 ms | p99 beside alone | slowest ms |")
    print("| --- | --: | --: | --: | --: | --: |")
    tell("alone", before, ALONE_SECONDS)
    action = {"action_name": "add_to_tags", "action_options": [tag], "is_all": "yes", "background": True}
    number = site.call("POST", "/subscribers/do-bulk-action", action)["job"]["id"]
    tell("while all are tagged", *read_until(lambda: site.job(number)["state"] not in ("queued", "running")))
    tell("while all are enrolled", *read_until(lambda: Enrolment.objects.count() == contacts))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.enrolment")
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    options = parser.parse_args()
    stop_on_sigterm()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if options.database == "postgresql":
            url = stack.enter_context(throwaway_postgres())
        else:
            url = f"sqlite:///{folder}/site.sqlite3"
        isolate(url, Path(folder), "both")
        django.setup()
        authorization = prepare(options.contacts)
        print(f"{options.contacts:,} contacts made.", file=sys.stderr)
        port = free_port()
        with running(["manage.py", "serve", "--port", str(port)]):
            measure(Site(port, authorization), options.contacts)


if __name__ == "__main__":
    main()
