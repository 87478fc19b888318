"""Pictures of the admin for README: `python -m tests.browser.screenshots [FOLDER]`, default docs/images.

They show a site of its own that is made for them and gone afterwards.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.browser import chromium
from tests.browser.data import MAKE, PASSWORD, SHOW, USER
from tests.postgres import free_port
from tests.processes import ROOT, manage, new_environment, served

# By the name of the file, the address, or the name of a row of the showcase.
PICTURES = {
    "front-page": "/admin/",
    "contacts": "/admin/subscribers/subscriber/",
    "contact": "contact",
    "campaign": "campaign-sent",
    "automation": "automation",
}
MOST_BYTES = 200_000


def pictures(site: str, rows: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    with chromium.opened() as browser:
        session: Any = None
        for scheme in ("light", "dark"):
            visitor = chromium.Visitor(browser, site, height=800, color_scheme=scheme, storage_state=session)
            if session is None:
                visitor.sign_in(USER, PASSWORD)
                session = visitor.context.storage_state()
            for name, path in PICTURES.items():
                page = visitor.visit(rows.get(path, path))
                for flow in page.locator(".flow-box").all():
                    flow.evaluate("box => box.scrollIntoView()")
                yield f"{name}-{scheme}.png", page.screenshot(animations="disabled", caret="hide")
            visitor.close()


def main() -> int:
    if reason := chromium.missing():
        print(reason, file=sys.stderr)
        return 1
    target = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/site.sqlite3")
        environment = new_environment(Path(folder), os.environ["DATABASE_URL"])
        port = free_port()
        for arguments in (("first_run", "--port", port), ("shell", "-v", "0", "-c", MAKE + SHOW)):
            done = manage(environment, *arguments, seconds=240)
            if done.returncode:
                print(done.stderr, file=sys.stderr)
                return 1
        with served(environment, port):
            for name, picture in pictures(f"http://127.0.0.1:{port}", json.loads(done.stdout)):
                if len(picture) > MOST_BYTES:
                    print(f"{name} is too large: {len(picture)} bytes.", file=sys.stderr)
                    return 1
                (target / name).write_bytes(picture)
                print(target / name, len(picture))
    return 0


if __name__ == "__main__":
    sys.exit(main())
