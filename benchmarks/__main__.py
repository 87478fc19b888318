"""Measure the server over HTTP, beside the bare statement; see benchmarks/README.md.

    python -m benchmarks [--contacts N] [--rounds N] [--seconds S] [--list-envelope nested] [--only TEXT]
    python -m benchmarks --bulk [--contacts N]

It starts a throw-away PostgreSQL (tests.postgres) and listens on 127.0.0.1 only.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import django

from benchmarks.client import Load, fetch, load
from tests.postgres import NoPostgres, StartFailed, free_port, stop_on_sigterm, throwaway_postgres

if TYPE_CHECKING:
    from benchmarks.cases import Case

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30
STOP_SECONDS = 30
MOST = 4_000  # requests of one run
WARM_UP_SECONDS = 0.3
SERVERS = ("ours", "bare")


def isolate(url: str, folder: Path, list_envelope: str) -> None:
    """Settings as in production, with nothing of the developer's environment, `.env` or `data/`."""
    for variable in re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
        os.environ.pop(variable, None)
    (folder / "static").mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "ENV_FILE": "",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "LIST_ENVELOPE": list_envelope,
    }


def prepare(contacts: int) -> str:
    """Make the tables, the contacts and a user; returns the Authorization header that lets in."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - Django has to be set up first
    from django.core.management import call_command  # noqa: PLC0415

    from accounts.services import create_application_password  # noqa: PLC0415
    from benchmarks.dataset import make_dataset  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    make_dataset(contacts)
    user = User.objects.create_superuser("benchmark")
    password = create_application_password(user, "benchmark")
    return f"Basic {b64encode(f'benchmark:{password}'.encode()).decode()}"


@contextmanager
def running(command: Sequence[str]) -> Iterator[None]:
    """A server, from when it says that it is serving."""
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if not said.startswith("Serving"):
                raise SystemExit(f"{' '.join(command)} does not start.")
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def check_rows_agree(cases: Sequence["Case"], ports: dict[str, int], authorization: str) -> None:
    """Both servers must answer the same rows, or the comparison is worth nothing."""
    for case in cases:
        ours, bare = (fetch(ports[server], next(case.requests(server, authorization, 1))) for server in SERVERS)
        if case.rows and case.rows(ours) != bare:
            raise SystemExit(f"{case.name}: the two servers answer different rows.")


def measure(
    cases: Sequence["Case"], ports: dict[str, int], authorization: str, options: argparse.Namespace
) -> dict[tuple[str, str], list[Load]]:
    """All cases in turn, both servers side by side, again in each round: a short disturbance spoils one run, not a whole row of numbers."""
    loads: dict[tuple[str, str], list[Load]] = {(case.name, server): [] for case in cases for server in SERVERS}
    for number in range(options.rounds + 1):
        for case in cases:
            for server in SERVERS if number % 2 else SERVERS[::-1]:
                measured = load(
                    ports[server],
                    case.requests(server, authorization, MOST + 2 * options.connections),
                    connections=options.connections,
                    seconds=options.seconds if number else WARM_UP_SECONDS,
                    most=MOST,
                )
                if number:
                    loads[case.name, server].append(measured)
    return loads


def print_table(cases: Sequence["Case"], loads: dict[tuple[str, str], list[Load]]) -> None:
    print("| | req/s | bare req/s | ratio | p50 ms | p99 ms | bare p50 | bare p99 |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: |")
    for case in cases:
        ours, bare = loads[case.name, "ours"], loads[case.name, "bare"]
        # Of each pair of runs that followed each other: what slowed one slowed the other.
        ratio = median(one.per_second / other.per_second for one, other in zip(ours, bare, strict=True))
        speeds = [f"{median(run.per_second for run in runs):,.0f}" for runs in (ours, bare)]
        times = [f"{median(run.percentile(at) for run in runs):.1f}" for runs in (ours, bare) for at in (50, 99)]
        print(f"| {' | '.join([case.name, *speeds, f'{ratio:.2f}', *times])} |")


def measure_server(authorization: str, options: argparse.Namespace) -> None:
    from benchmarks.cases import make_cases  # noqa: PLC0415 - it knows models, so Django has to be set up first

    reads, writes = ([case for case in cases if options.only in case.name] for cases in make_cases(options.contacts))
    ports = {server: free_port() for server in SERVERS}
    workers = str(options.workers)
    with ExitStack() as stack:
        serve = ["manage.py", "serve", "--port", str(ports["ours"]), "--workers", workers]
        stack.enter_context(running(serve))
        stack.enter_context(running(["-m", "benchmarks.bare", str(ports["bare"]), workers]))
        check_rows_agree(reads, ports, authorization)
        # Writes last: they leave dead rows and longer ledgers.
        loads = measure(reads, ports, authorization, options) | measure(writes, ports, authorization, options)
    print_table([*reads, *writes], loads)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--contacts", type=int, default=100_000, help="at least 30,000 (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one run (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="busy at once (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="of each server (default: %(default)s)")
    parser.add_argument("--list-envelope", choices=("both", "nested", "flat"), default="both")
    parser.add_argument(
        "--bare-unprepared", action="store_true", help="the bare statement is planned afresh each time, as Django's are"
    )
    parser.add_argument("--only", default="", help="only the cases whose name has this text")
    parser.add_argument("--bulk", action="store_true", help="measure the services on large sets instead")
    options = parser.parse_args()
    if options.contacts < 30_000:
        parser.error("--contacts must be 30000 or more: the sets of --bulk are that large.")
    return options


def main() -> int:
    options = read_options()
    stop_on_sigterm()
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder, throwaway_postgres() as url:
            isolate(url, Path(folder), options.list_envelope)
            if options.bare_unprepared:
                os.environ["BARE_UNPREPARED"] = "1"
            django.setup()
            authorization = prepare(options.contacts)
            print(f"{options.contacts:,} contacts made in {time.monotonic() - started:.0f} s.", file=sys.stderr)
            if options.bulk:
                from benchmarks.bulk import measure_bulk  # noqa: PLC0415 - after django.setup()

                measure_bulk()
            else:
                measure_server(authorization, options)
    except (NoPostgres, StartFailed) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{time.monotonic() - started:.0f} s in all.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
