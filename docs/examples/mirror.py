"""Keeps a copy of all contacts in a SQLite file: `python mirror.py https://crm.example.com USER PASSWORD contacts.sqlite3`.

The password is an application password. Stop it at any time: it goes on where it was. With `--once` it ends as soon as
the copy is up to date. docs/sync.md explains each step. It needs nothing but Python.
"""

import json
import sqlite3
import sys
import time
from base64 import b64encode
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TABLES = """
    CREATE TABLE IF NOT EXISTS contact (id INTEGER PRIMARY KEY, email TEXT, body TEXT);
    CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, cursor TEXT, copied INTEGER);
"""


class Mirror:
    def __init__(self, site: str, user: str, password: str, file: str) -> None:
        self.root = f"{site.rstrip('/')}/wp-json/fluent-crm/v2/subscribers"
        self.headers = {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}
        self.copy = sqlite3.connect(file, isolation_level=None)
        self.copy.executescript(TABLES)

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """The answer; asks again while the server is away or busy."""
        address = f"{self.root}{path}?{urlencode(query)}"
        while True:
            try:
                with urlopen(Request(address, headers=self.headers), timeout=90) as answer:  # noqa: S310 - the site's
                    return json.load(answer)
            except HTTPError as error:
                if error.code not in (429, 502, 503, 504):
                    raise
                time.sleep(int(error.headers.get("Retry-After", 5)))
            except (URLError, OSError, ValueError):
                time.sleep(1)

    def save(
        self, contacts: list[Any], deleted: list[Any], cursor: str, copied: int | None, *, anew: bool = False
    ) -> None:
        """One page and where it ends, together: whoever is stopped has both or neither."""
        with self.copy:
            self.copy.execute("BEGIN")
            if anew:
                self.copy.execute("DELETE FROM contact")
            self.copy.executemany("DELETE FROM contact WHERE id = ?", [(one["id"],) for one in deleted])
            rows = [(one["id"], one["email"], json.dumps(one)) for one in contacts]
            self.copy.executemany("INSERT OR REPLACE INTO contact VALUES (?, ?, ?)", rows)
            self.copy.execute("INSERT OR REPLACE INTO state VALUES (1, ?, ?)", (cursor, copied))

    def run(self, *, once: bool) -> None:
        state = self.copy.execute("SELECT cursor, copied FROM state").fetchone()
        # First the cursor, then the contacts: what changes while they are copied comes after the cursor.
        cursor, copied = state or (self.get("/changes")["cursor"], 0)
        if not state:
            self.save([], [], cursor, copied, anew=True)
        while copied is not None:
            page = self.get("", after_id=copied, per_page=1000, custom_fields="true")
            contacts = page["data"] if "data" in page else page["subscribers"]["data"]
            copied = contacts[-1]["id"] if contacts else None
            self.save(contacts, [], cursor, copied)
        while True:
            page = self.get("/changes", cursor=cursor, limit=1000, wait=0 if once else 25)
            cursor = page["cursor"]
            self.save(page["contacts"], page["deleted"], cursor, None)
            if once and not page["has_more"]:
                return
            time.sleep(0 if once else page["retry_after"])


def main(site: str, user: str, password: str, file: str, *options: str) -> None:
    mirror = Mirror(site, user, password, file)
    while True:
        try:
            return mirror.run(once="--once" in options)
        except HTTPError as error:
            if error.code != 410:
                raise
            # The cursor is too old: everything is copied anew.
            mirror.copy.execute("DELETE FROM state")


if __name__ == "__main__":
    main(*sys.argv[1:])
