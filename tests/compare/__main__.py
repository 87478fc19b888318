"""Replay the recordings of FluentCRM against this server, on an empty database of its own.

`python -m tests.compare --database postgres --only tags lists`

The recordings and their program compare.py are not part of this repository.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.postgres import NoPostgres, StartFailed, free_port, run, stop_on_sigterm, throwaway_postgres

ROOT = Path(__file__).resolve().parent.parent.parent
USERNAME = "admin"
START_SECONDS = 30


def prepare() -> str:
    """Migrate the database and return the application password of its first user, who has id 1."""
    import django  # noqa: PLC0415 - the settings read the environment that main() has set

    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from accounts.services import create_application_password  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    user = get_user_model().objects.create_superuser(USERNAME, "admin@example.com", "unused-" + os.urandom(9).hex())
    password: str = create_application_password(user, "comparison")
    connection.close()
    return password


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/wp-json/", timeout=5).close()  # noqa: S310 - our own
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def running_server(address: str, port: int) -> Iterator[None]:
    """The production server while the block runs; exits when it does not come up."""
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, cwd=ROOT) as server:
        try:
            limit = time.monotonic() + START_SECONDS
            while not answers(address):
                if server.poll() is not None or time.monotonic() > limit:
                    sys.exit("The server does not start.")
                time.sleep(0.1)
            yield
        finally:
            server.terminate()


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these scenarios, not all")
    parser.add_argument("--verbose", action="store_true", help="show the soft differences too")
    parser.add_argument(
        "--program",
        type=Path,
        default=ROOT.parent / "shared" / "reference" / "compare.py",
        help="where compare.py is (default: ../shared/reference/compare.py, seen from the repository)",
    )
    options = parser.parse_args()
    if not options.program.is_file():
        parser.error(f"there is no {options.program}; say with --program where compare.py is")
    return options


def main() -> int:
    options = read_arguments()
    stop_on_sigterm()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fluentcrm-compare-")))
        url = f"sqlite:///{folder / 'compare.sqlite3'}"
        if options.database == "postgres":
            try:
                url = stack.enter_context(throwaway_postgres())
            except (NoPostgres, StartFailed) as error:
                sys.exit(str(error))
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        (folder / "static").mkdir()
        (folder / "mail").mkdir()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
            "ENV_FILE": "",
            "DATA_DIR": str(folder),
            "STATIC_ROOT": str(folder / "static"),
            "DATABASE_URL": url,
            "SITE_URL": address,
        }
        password = prepare()
        reset = f"cd {shlex.quote(str(ROOT))} && {shlex.quote(sys.executable)} -m tests.compare.reset"
        command = [
            sys.executable,
            str(options.program),
            address,
            USERNAME,
            password,
            "--reset",
            reset,
            "--mail",
            str(folder / "mail"),
        ]
        if options.only:
            command += ["--only", *options.only]
        if options.verbose:
            command.append("--verbose")
        with running_server(address, port):
            return run(command)


if __name__ == "__main__":
    sys.exit(main())
