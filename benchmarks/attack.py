"""Sixty clients that stall or trickle, against the others' answers: `python -m benchmarks.attack`, for docs/reliability.md.

`--root FOLDER` attacks another version of the code, which is served from there. It listens on 127.0.0.1 only.
"""

import argparse
import itertools
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from benchmarks.client import Load, LoadFailed, fetch, load, make_request
from tests.fluentcrm_api.running import Running, stalled
from tests.postgres import free_port, stop_on_sigterm, throwaway_postgres

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 4.0
TRICKLE_SECONDS = 0.25
CONTACTS = {"contacts": [{"email": f"c{number}@example.com", "status": "subscribed"} for number in range(50)]}


def attack(running: Running) -> None:
    """Stall, and send a byte now and then, until killed; who is thrown out comes back."""
    openings = stalled(running)
    connections = [running.connect() for _ in openings]
    pieces = list(openings)
    while True:
        for number, connection in enumerate(connections):
            try:
                connection.sendall(pieces[number])
                pieces[number] = b"x"
            except OSError:
                connection.close()
                pieces[number] = openings[number]
                with suppress(OSError):
                    connections[number] = running.connect()
        time.sleep(TRICKLE_SECONDS)


def prepare(root: Path, environment: dict[str, str]) -> tuple[str, str]:
    """(application password, API key) of the first user."""

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout

    manage("first_run")
    return tuple(
        manage(f"create_{kind}", "admin").strip().split("\n")[-1] for kind in ("application_password", "api_key")
    )  # type: ignore[return-value]


def measure(running: Running, path: str) -> Load | None:
    """None when no answer comes."""
    request = make_request("GET", path, {"Authorization": running.basic})
    try:
        return load(running.port, itertools.repeat(request), connections=8, seconds=SECONDS, most=10**6)
    except (LoadFailed, OSError):
        return None


def show(name: str, measured: Load | None) -> None:
    text = (
        f"{measured.per_second:7,.0f} requests/s, p99 {measured.percentile(99):6.1f} ms" if measured else "no answers"
    )
    print(f"  {name:14} {text}", flush=True)


def run(root: Path, url: str, folder: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment = clean | {
        "ENV_FILE": "",
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
    }
    password, key = prepare(root, environment)
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with ExitStack() as stack:
        process = stack.enter_context(
            subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        )
        stack.callback(process.terminate)
        if not process.stdout or not process.stdout.readline().startswith("Serving"):
            raise SystemExit("The server does not start.")
        running = Running(port, password, key, process)
        path = "/wp-json/fluent-crm/v2/subscribers"
        fetch(port, make_request("POST", f"{path}/bulk-add-update", {"Authorization": running.basic}, CONTACTS))
        measure(running, path)
        for _ in range(3):
            show("alone", measure(running, path))
            attacker = multiprocessing.get_context("fork").Process(target=attack, args=(running,), daemon=True)
            attacker.start()
            time.sleep(1)
            show("under attack", measure(running, path))
            attacker.kill()
            attacker.join()
            time.sleep(1)


VARIABLES = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT)
    root = parser.parse_args().root
    stop_on_sigterm()
    with tempfile.TemporaryDirectory() as folder, throwaway_postgres() as postgres:
        for name, url in (("SQLite", f"sqlite:///{folder}/crm.sqlite3"), ("PostgreSQL", postgres)):
            print(name)
            place = Path(folder) / name
            place.mkdir()
            run(root, url, place)


if __name__ == "__main__":
    main()
