"""Chromium as it is on this machine, driven by Playwright, and what it says about the pages that it shows."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

AXE = Path(__file__).with_name("axe.min.js")
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Rules of WCAG 2, level A and AA, and what is known to help beyond them.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# Frames hold mails, which no script may run in: axe would complain about that.
AXE_RUN = """
async ([rules, grave]) => (await axe.run(document, {runOnly: {type: "tag", values: rules}, preload: false, iframes: false})).violations
    .filter(found => grave.includes(found.impact))
    .flatMap(found => found.nodes.map(node => `${found.impact} ${found.id}: ${node.html.slice(0, 300)} (${node.target})`))
"""


def program() -> str | None:
    """The path of Chromium: CHROMIUM, else one on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> str:
    """What stands against running a browser here, in plain words; nothing if one can be run."""
    if find_spec("playwright") is None:
        return "Playwright is not installed (requirements/dev.txt)."
    if program() is None:
        return "There is no Chromium: install Debian's package chromium, or name one in CHROMIUM."
    return ""


@contextmanager
def opened() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as playwright:
        # The server is our own; Chromium's sandbox needs rights that containers do not give.
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """Somebody at a screen: `page` is Playwright's, `complaints` what went wrong in it so far."""

    def __init__(self, browser: Any, site: str, *, width: int = 1280, height: int = 900, **options: Any) -> None:
        self.context = browser.new_context(
            base_url=site, viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        # Long enough for a machine that is busy with other tests.
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("requestfailed", self.lose)

    def hear(self, message: Any) -> None:
        # Violations of the Content-Security-Policy are errors too.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def lose(self, request: Any) -> None:
        # A page that is left gives up what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def visit(self, path: str) -> Any:
        """Go there and wait until the page has come to rest. Anything but a page is an error."""
        self.set_out(path)
        return self.arrive()

    def set_out(self, path: str) -> None:
        """Go there without waiting for more than the first of the page."""
        answer = self.page.goto(path, wait_until="commit")
        assert answer.status == 200, f"{path}: {answer.status}"

    def arrive(self) -> Any:
        """Wait until the page has come to rest."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_load_state("networkidle")
        return self.page

    def sign_in(self, name: str, password: str) -> None:
        self.visit("/admin/login/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url("**/admin/")

    def barriers(self) -> list[str]:
        """What keeps people from using the page: axe's serious and critical findings."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found: list[str] = self.page.evaluate(AXE_RUN, [RULES, ["serious", "critical"]])
        return found

    def sideways(self) -> int:
        """By how many pixels the page is wider than the screen."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width

    def close(self) -> None:
        self.context.close()
