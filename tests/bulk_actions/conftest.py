"""What an action can be asked to do, in a world where each of the thirteen has something to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from automations.models import Automation
from companies.models import Company
from segments.models import ContactList, Tag
from sequences.models import EmailSequence
from tests.automations.factories import AutomationFactory
from tests.client import Api
from tests.companies.factories import CompanyFactory
from tests.factories import ContactListFactory, CustomFieldFactory, TagFactory
from tests.sequences.factories import SequenceMailFactory

PATH = "/subscribers/do-bulk-action"


@dataclass(frozen=True)
class World:
    tag: Tag
    list: ContactList
    company: Company
    sequence: EmailSequence
    automation: Automation

    def options(self, action: str) -> dict[str, Any]:
        """What a client sends with the action, beside the contacts."""
        options: dict[str, dict[str, Any]] = {
            "add_to_tags": {"action_options": [self.tag.pk]},
            "remove_from_tags": {"action_options": [self.tag.pk]},
            "add_to_lists": {"action_options": [self.list.pk]},
            "remove_from_lists": {"action_options": [self.list.pk]},
            "change_contact_status": {"new_status": "unsubscribed"},
            "change_contact_type": {"new_status": "customer"},
            "update_custom_fields": {"custom_field": {"key": "job_title", "type": "text", "value": "Boss"}},
            "delete_contacts": {},
            "add_to_company": {"new_status": self.company.pk},
            "remove_from_company": {"new_status": self.company.pk},
            "add_to_email_sequence": {"new_status": self.sequence.pk},
            "add_to_automation": {"new_status": self.automation.pk},
            "send_double_optin": {},
        }
        return {"action_name": action, **options[action]}


@pytest.fixture
def world(db: None) -> World:
    CustomFieldFactory.create(slug="job_title")
    return World(
        TagFactory.create(),
        ContactListFactory.create(),
        CompanyFactory.create(),
        SequenceMailFactory.create().sequence,
        AutomationFactory.create(status="published"),
    )


@pytest.fixture
def act(api: Api, world: World) -> Callable[..., Any]:
    """`act("add_to_tags", subscriber_ids=[1])` sends the action by POST with what it needs."""

    def send(action: str, verb: str = "POST", **beside: Any) -> Any:
        return api.send(verb, PATH, world.options(action) | beside)

    return send
