"""What pages of the admin may load."""

import re

import pytest
from django.test import Client

from staff.policy import POLICY

PAGES = [
    "/admin/",
    "/admin/login/",
    "/admin/nowhere/",
    "/admin/segments/tag/",
    "/admin/segments/tag/add/",
    "/admin/jobs/job/",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_code_or_styles_or_leads_elsewhere_for_them(browser: Client, path: str) -> None:
    answer = browser.get(path) if path != "/admin/login/" else Client().get(path)
    assert answer["Content-Security-Policy"] == POLICY
    page = answer.content.decode()
    for script in re.findall(r"<script[^>]*>(?!\s*</script>)", page):
        assert "application/json" in script
    assert not re.findall(r"<style|\sstyle=|\son\w+=", page)
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=.(?:https?:|//)[^>]*>", page)


def test_it_is_the_admins_alone(browser: Client) -> None:
    assert POLICY not in browser.get("/").headers.values()
