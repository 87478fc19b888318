"""What a change of contacts costs here and in another checkout, in turn: `python -m benchmarks.change --beside ../older`.

    python -m benchmarks.change --beside FOLDER [--database postgres|sqlite] [--contacts N] [--links N] [--plain]
                                [--rounds N] [--only TEXT]

A process for each checkout calls its services, without HTTP, on a database of its own; each change is made in both, one
after the other, in every round. The table has the medians in milliseconds, and the median of the ratios within a round:
trust the ratios, as the machine's speed changes. SQLite is measured by the processor's time, PostgreSQL by the clock.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from tests.postgres import stop_on_sigterm, throwaway_postgres
from tests.processes import new_database

ROOT = Path(__file__).resolve().parents[1]
WORKER = Path(__file__).with_name("change_worker.py")


class Checkout:
    """The process that changes contacts by the services of one checkout."""

    def __init__(self, folder: Path, url: str, data: str, options: list[str]) -> None:
        own = {"ENV_FILE": "", "SECRET_KEY": "measured", "DATA_DIR": data, "STATIC_ROOT": f"{data}/static"}
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), *options],
            cwd=folder,
            env=os.environ | own | {"DATABASE_URL": url, "PYTHONPATH": str(folder), "DEBUG": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, word: str) -> Any:
        print(word, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline() if self.process.stdout else ""
        if not answer:
            raise SystemExit(f"The process ended with {self.process.wait()} at {word!r}.")
        return json.loads(answer)

    def stop(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


def measure(checkouts: list[Checkout], only: str, rounds: int) -> None:
    print("| | beside | here | ratio |\n| --- | --: | --: | --: |")
    for change in checkouts[0].ask("changes"):
        if only not in change:
            continue
        seconds: list[list[float]] = [[], []]
        for number in range(rounds + 1):
            # Whoever is second finds a warm processor; the first round is not counted.
            for place in (0, 1) if number % 2 else (1, 0):
                taken = checkouts[place].ask(change)
                if number:
                    seconds[place].append(taken)
        ratio = median(here / beside for beside, here in zip(*seconds, strict=True))
        beside, here = (1000 * median(taken) for taken in seconds)
        print(f"| {change} | {beside:,.2f} | {here:,.2f} | {ratio:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path, required=True, help="another checkout of this project")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--contacts", type=int, default=60_000)
    parser.add_argument("--links", type=int, default=1, help="tags, and lists, of each contact")
    parser.add_argument(
        "--plain", action="store_true", help="contacts have an address, one first name and a city alone"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="", help="changes with this text in their name")
    chosen = parser.parse_args()
    stop_on_sigterm()
    options = [str(chosen.contacts), str(chosen.links), *(["plain"] if chosen.plain else [])]
    with ExitStack() as stack:
        server = stack.enter_context(throwaway_postgres()) if chosen.database == "postgres" else ""
        checkouts = []
        for folder in (chosen.beside.resolve(), ROOT):
            data = stack.enter_context(tempfile.TemporaryDirectory())
            url = stack.enter_context(new_database(server)) if server else f"sqlite:///{data}/measured.sqlite3"
            checkouts.append(Checkout(folder, url, data, options))
            stack.callback(checkouts[-1].stop)
        measure(checkouts, chosen.only, chosen.rounds)


if __name__ == "__main__":
    main()
