"""Every main page: no barriers, no errors, nothing that the policy forbids, nothing wider than the screen."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.browser.chromium import Visitor
from tests.browser.conftest import Site
from tests.dates import other_dates
from tests.once import on_one_database

pytestmark = on_one_database

# Beside the list of each model and the pages of the rows that the site shows (tests.browser.showcase).
PAGES = [
    "/admin/",
    "/admin/subscribers/subscriber/?q=nobody-has-this-name",
    "/admin/subscribers/subscriber/conditions/",
    "/admin/subscribers/subscriber/add/",
    "/admin/subscribers/subscriber/1/history/",
    *(f"/admin/subscribers/subscriber/1/change/?tab={tab}" for tab in ("activity", "messages", "automations", "edit")),
    "/admin/segments/tag/add/",
    "/admin/segments/contactlist/1/change/",
    "/admin/segments/contactlist/1/double-optin/",
    "/admin/companies/company/add/",
    "/admin/notes/note/add/",
    "/admin/campaigns/recurring/add/",
    "/admin/campaigns/recurring/1/change/",
    "/admin/automations/automation/1/blocks/1/",
    "/admin/notes/note/1/change/",
    "/admin/campaigns/campaign/add/",
    "/admin/emails/template/add/",
    "/admin/emails/consent/1/change/",
    "/admin/changes/change/1/change/",
    "/admin/sequences/emailsequence/add/",
    "/admin/automations/automation/add/",
    "/admin/dynamic_segments/dynamicsegment/add/",
    "/admin/smart_links/smartlink/add/",
    "/admin/webhooks/webhook/add/",
    "/admin/webhooks/endpoint/add/",
    "/admin/accounts/applicationpassword/add/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/change/",
    "/admin/auth/group/add/",
    "/admin/password_change/",
]
# Where the page is looked at, in this order. axe looks where colors or the layout are others.
VIEWS = [
    (1920, "light", False),
    (1280, "light", True),
    (1280, "dark", True),
    (390, "dark", False),
    (390, "light", True),
]


def lists() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]


def texts(visitor: Visitor) -> str:
    """What the page says, but for texts that staff and machines wrote."""
    shown: str = visitor.page.evaluate(
        """() => {
            const page = document.body.cloneNode(true);
            for (const part of page.querySelectorAll("script, style, textarea, pre, code, iframe, .clockbox, .calendarbox")) part.remove();
            return page.textContent;
        }"""
    )
    return shown


def faults(visitor: Visitor, views: list[tuple[int, str, bool]] = VIEWS) -> Iterator[str]:
    """What is wrong with the page that is open, at each width and in each scheme."""
    yield from (f"a date of another shape: {found}" for found in other_dates(texts(visitor)))
    for width, scheme, is_read in views:
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.page.emulate_media(color_scheme=scheme)
        if visitor.sideways():
            yield f"{width} {scheme}: {visitor.sideways()} pixels too wide"
        if is_read:
            yield from (f"{width} {scheme}: {barrier}" for barrier in visitor.barriers())


def stay(route: Any) -> None:
    """The list of jobs comes anew while one is running: not while it is looked at."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={name: text for name, text in answer.headers.items() if name != "refresh"})


@pytest.mark.parametrize("part", ["lists", "rows", "pages"])
def test_no_page_has_barriers_or_is_wider_than_the_screen(
    staff: Callable[..., Visitor], running: Site, part: str
) -> None:
    paths = {"lists": lists(), "rows": list(running.rows.values()), "pages": PAGES}[part]
    here, beside = staff(), staff()
    for visitor in (here, beside):
        visitor.page.route("**/admin/jobs/job/", stay)
    found = []
    here.set_out(paths[0])
    for path, following in zip(paths, [*paths[1:], None], strict=True):
        here.arrive()
        # It comes to rest while this one is looked at.
        if following:
            beside.set_out(following)
        found += [f"{path} {fault}" for fault in faults(here)]
        here, beside = beside, here
    assert found == []


def test_the_page_of_a_job_follows_it_without_an_error(staff: Callable[..., Visitor], running: Site) -> None:
    visitor = staff()
    visitor.visit(running.rows["job-running"])
    for _ in range(2):
        with visitor.page.expect_event("response"):
            pass
        visitor.page.wait_for_timeout(300)  # until what has come is in its place
    assert visitor.complaints == []


def test_the_sign_in_page_has_none_either(window: Callable[..., Visitor]) -> None:
    visitor = window()
    visitor.visit("/admin/login/")
    assert list(faults(visitor)) == []


def test_a_wait_shows_the_fields_of_its_kind_alone(olga: Visitor, running: Site) -> None:
    page = olga.visit(running.rows["block-wait"])
    amount, date = page.locator("#id_wait_time_amount"), page.locator("#id_by_custom_field")
    assert (amount.is_visible(), date.is_visible()) == (True, False)
    page.locator("#id_wait_type").select_option("by_custom_field")
    assert (amount.is_visible(), date.is_visible()) == (False, True)


def test_tables_inside_of_pages_break_no_plain_words_on_a_phone(olga: Visitor, running: Site) -> None:
    olga.page.set_viewport_size({"width": 390, "height": 900})
    for path in (running.rows["sequence"], running.rows["contact"] + "?tab=messages"):
        widths = olga.visit(path).locator("#content td").evaluate_all("cells => cells.map(cell => cell.offsetWidth)")
        assert widths
        assert min(widths) > 80, path


def test_an_address_in_the_head_of_a_page_begins_as_it_is_written(olga: Visitor, running: Site) -> None:
    head = olga.visit(running.rows["contact"]).locator("h1")
    assert re.search(r"^Contacts\s+chevron_right\s+[a-z]+\.[a-z]+[0-9]*@example\.com$", head.inner_text())
