"""/setting/experiments: the modules are always on; what is said is remembered."""

from typing import Any

import pytest

from tests.client import Api

PATH = "/setting/experiments"


def test_it_says_that_the_modules_are_on(api: Api) -> None:
    answer = api.get(PATH)
    assert (answer.status_code, answer.json()) == (
        200,
        {"settings": {"company_module": "yes", "event_tracking": "yes"}},
    )


def test_it_remembers_what_it_is_told_beside_what_it_was_told_before(api: Api) -> None:
    answer = api.post(PATH, {"company_module": "yes", "quick_contact_navigation": "yes"})
    assert (answer.status_code, answer.json()) == (200, {"message": "Settings has been updated"})
    api.post(PATH, {"campaign_archive": True, "quick_contact_navigation": "no"})
    assert api.get(PATH).json() == {
        "settings": {
            "company_module": "yes",
            "event_tracking": "yes",
            "quick_contact_navigation": "no",
            "campaign_archive": "yes",
        }
    }


def test_it_keeps_companies_and_events_working_whatever_it_is_told(api: Api) -> None:
    api.post(PATH, {"company_module": "no", "event_tracking": "no"})
    assert api.get("/companies").status_code == 200
    assert api.get(PATH).json()["settings"] == {"company_module": "no", "event_tracking": "no"}


@pytest.mark.parametrize(
    "body", [{}, [], {"company_module": ["no"]}, {"x" * 65: "yes"}, {"nul\x00": "yes"}, {"no name": "yes"}, {"": "yes"}]
)
def test_it_remembers_nothing_that_is_no_switch(api: Api, body: Any) -> None:
    assert api.post(PATH, body).status_code == 200
    assert api.get(PATH).json() == {"settings": {"company_module": "yes", "event_tracking": "yes"}}
