"""Scripts of other sites: shut out unless CORS_ALLOWED_ORIGINS names them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client import Api
from tests.once import on_one_database

ROOT = Path(__file__).resolve().parent.parent.parent
APP = "https://app.example.com"
# The settings are read once, so each setting gets a process of its own. No request of these may
# need the database: there is none.
SCRIPT = """
import json, sys, django
django.setup()
from django.test import Client
answers = [
    Client().generic(method, path, headers=headers)
    for method, path, headers in json.load(sys.stdin)
]
print(json.dumps([
    [answer.status_code, {name.lower(): value for name, value in answer.headers.items()}] for answer in answers
]))
"""


def served_with(origins: str, *requests: tuple[str, str, dict[str, str]]) -> list[Any]:
    """[status, headers by lower-case name] of each request, with CORS_ALLOWED_ORIGINS set."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "ENV_FILE": "",
        "DATABASE_URL": "sqlite://:memory:",
        "ALLOWED_HOSTS": "testserver",
        "SECRET_KEY": "only-for-this-test",
        "CORS_ALLOWED_ORIGINS": origins,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore::UserWarning", "-c", SCRIPT],
        env=environment,
        cwd=ROOT,
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout)
    return answers


def preflight(origin: str, path: str = "/wp-json/fluent-crm/v2/subscribers") -> tuple[str, str, dict[str, str]]:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return "OPTIONS", path, asked


def test_it_is_off_by_default(api: Api) -> None:
    method, path, headers = preflight(APP)
    answer = api.send(method, path, headers=headers)
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
    assert not [name for name in api.get("/tags", headers={"Origin": APP}).headers if "access-control" in name.lower()]


@on_one_database
def test_it_answers_a_preflight_without_credentials() -> None:
    answers = served_with(
        f"{APP},https://other.example.com",
        preflight(APP),
        preflight(APP, "/wp-json/fluent-crm/v2/subscribers/"),
        preflight(APP, "/?rest_route=/fluent-crm/v2/subscribers"),
        preflight("https://other.example.com"),
    )
    for (status, headers), origin in zip(answers, [APP, APP, APP, "https://other.example.com"], strict=True):
        assert status == 200
        assert headers["access-control-allow-origin"] == origin
        assert "PUT" in headers["access-control-allow-methods"]
        assert {"authorization", "content-type"} <= set(headers["access-control-allow-headers"].split(", "))
        assert "origin" in headers["vary"]


@on_one_database
def test_it_lets_a_script_read_answers_and_errors() -> None:
    index, refusal, lost = served_with(
        APP,
        ("GET", "/wp-json/", {"Origin": APP}),
        ("GET", "/wp-json/fluent-crm/v2/tags", {"Origin": APP}),
        ("GET", "/wp-json/no-such-route", {"Origin": APP}),
    )
    assert [index[0], refusal[0], lost[0]] == [200, 401, 404]
    for _, headers in (index, refusal, lost):
        assert headers["access-control-allow-origin"] == APP


@on_one_database
def test_it_shuts_other_origins_out() -> None:
    for _, headers in served_with(APP, preflight("https://evil.example"), preflight("https://app.example.com.evil")):
        assert "access-control-allow-origin" not in headers


@on_one_database
def test_it_lets_all_in_with_an_asterisk_and_sends_no_cookies_along() -> None:
    ((status, headers),) = served_with("*", preflight("https://any.example"))
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in headers


@on_one_database
@pytest.mark.parametrize("origins", ["app.example.com", f"{APP}/path", f"{APP},*"])
def test_it_refuses_an_origin_that_can_never_match(origins: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "fluentcrm_api.settings",
        "ENV_FILE": "",
        "DATABASE_URL": "sqlite://:memory:",
        "SECRET_KEY": "only-for-this-test",
        "CORS_ALLOWED_ORIGINS": origins,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "CORS_ALLOWED_ORIGINS" in done.stderr
